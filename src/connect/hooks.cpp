#include "connect/hooks.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/hook_process.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <fcntl.h>
#include <sys/wait.h>

#include <memory>

namespace xm::connect {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

namespace {

constexpr std::size_t longest_line = 4096;

void log_line(spdlog::level::level_enum level, const std::string& hook, std::string_view untrusted_line) {
    spdlog::log(level, "hook={} says={}", text::escaped(hook), text::escaped(untrusted_line));
}

// Until the last process that holds the other end has closed it. A line that is too long is logged in pieces.
asio::awaitable<void> log_lines(Fd pipe, std::string hook, spdlog::level::level_enum level) {
    asio::posix::stream_descriptor source{co_await asio::this_coro::executor, pipe.release()};
    std::string untrusted;
    for (;;) {
        ErrorCode error;
        const std::size_t length =
            co_await asio::async_read_until(source, asio::dynamic_buffer(untrusted, longest_line), '\n',
                                            asio::redirect_error(asio::use_awaitable, error));
        const std::size_t taken = error ? untrusted.size() : length;
        if (taken != 0) log_line(level, hook, text::trim(std::string_view{untrusted}.substr(0, taken)));
        untrusted.erase(0, taken);
        if (error && error != asio::error::not_found) co_return;
    }
}

// True when `fd` became readable, false at the deadline. Cancellation throws.
asio::awaitable<bool> readable_within(int fd, std::chrono::milliseconds deadline) {
    const auto executor = co_await asio::this_coro::executor;
    const auto watched = std::make_shared<asio::posix::stream_descriptor>(executor, ::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    const auto late = std::make_shared<bool>(false);
    asio::steady_timer timer{executor, deadline};
    timer.async_wait([weak = std::weak_ptr{watched}, late](const ErrorCode& error) {
        const auto descriptor = weak.lock();
        if (error || !descriptor) return;
        *late = true;
        descriptor->cancel();
    });
    ErrorCode error;
    co_await watched->async_wait(asio::posix::stream_descriptor::wait_read,
                                 asio::redirect_error(asio::use_awaitable, error));
    if (error && !*late) throw boost::system::system_error{error};
    co_return !*late;
}

void judge(const std::string& hook, int status) {
    if (WIFSIGNALED(status)) fail(errors::hook_failed, hook, "ended by signal {}", WTERMSIG(status));
    if (WEXITSTATUS(status) != 0) fail(errors::hook_failed, hook, "ended with code {}", WEXITSTATUS(status));
}

}    // namespace

StringList hooks_in(std::string_view text) {
    StringList hooks;
    for (const std::string_view part : text::split(text, ';'))
        if (const auto hook = text::trim(part); !hook.empty()) hooks.emplace_back(hook);
    return hooks;
}

asio::awaitable<void> run_hooks_of(Uuid vm, Hooks& hooks, std::string text, std::chrono::milliseconds deadline) {
    const StringList arguments{vm.text()};
    for (const auto& hook : hooks_in(text))
        try {
            co_await hooks.run(hook, arguments, deadline);
        } catch (const Failure& failure) {
            fail(failure.info(), vm.text(), "{}: {}", failure.object(), failure.cause());
        }
}

HookPrograms::HookPrograms(asio::any_io_executor executor, Hooks* calls)
    : executor_{std::move(executor)}, calls_{calls} {}

asio::awaitable<void> HookPrograms::run(std::string hook, StringList arguments, std::chrono::milliseconds deadline) {
    if (hook.starts_with("rpc:")) {
        if (!calls_) fail(errors::bad_hook, hook, "calls on the bus are not available here");
        co_return co_await calls_->run(std::move(hook), std::move(arguments), deadline);
    }
    if (!hook.starts_with('/')) fail(errors::bad_hook, hook, "the path of a program begins with a slash");
    HookProcess process{hook, arguments};
    if (process.ended() < 0) fail(errors::hook_failed, hook, "no handle for its process");
    asio::co_spawn(executor_, log_lines(std::move(process.output), hook, spdlog::level::info), asio::detached);
    asio::co_spawn(executor_, log_lines(std::move(process.errors), hook, spdlog::level::warn), asio::detached);
    if (!co_await readable_within(process.ended(), deadline))
        fail(errors::hook_failed, hook, "not ended after {} ms", deadline.count());
    judge(hook, process.collect());
}

}    // namespace xm::connect
