#include "connect/xl/operations.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace xm::connect::xl {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// Shared by the coroutine that waits and by libxl, which may finish after everybody stopped waiting.
struct Operations::Running {
    Running(const asio::any_io_executor& executor, Request what) : request{std::move(what)}, changed{executor} {}

    bool over() const { return code.has_value(); }

    Request request;
    asio::steady_timer changed;    // its end is the operation's
    std::optional<int> code;
    bool late = false;
    bool aborted = false;
    std::shared_ptr<Running> libxls;    // while libxl has a pointer to this
};

namespace {

asio::awaitable<void> changed_or_late(asio::steady_timer& timer, Clock::time_point end) {
    timer.expires_at(end);
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

libxl_asyncop_how how_of(void (*done)(libxl_ctx*, int, void*), void* running) {
    libxl_asyncop_how how{};
    how.callback = done;
    how.u.for_callback = running;
    return how;
}

}    // namespace

std::string cause_of(int code, const Log& log) {
    const char* name = libxl_error_to_string(static_cast<libxl_error>(code));
    const std::string said = log.errors();
    const std::string symbol = name ? name : "code " + std::to_string(code);
    return said.empty() ? symbol : symbol + ": " + said;
}

Operations::Operations(Log& log, Abort abort, std::chrono::milliseconds stopping)
    : log_{log}, abort_{std::move(abort)}, stopping_{stopping} {}

void Operations::done(libxl_ctx*, int code, void* pointer) {
    const auto running = std::move(static_cast<Running*>(pointer)->libxls);
    running->code = code;
    running->changed.cancel();
}

void Operations::stop(Running& running) {
    const libxl_asyncop_how how = how_of(&Operations::done, &running);
    if (!running.over()) abort_(&how);
}

asio::awaitable<int> Operations::run(Request request) {
    const auto running = std::make_shared<Running>(co_await asio::this_coro::executor, std::move(request));
    struct Entry {
        ~Entry() {
            all.running_.erase(running);
            all.ended_.wake();
        }
        Operations& all;
        std::shared_ptr<Running> running;
    } const entry{*this, running};
    running_.insert(running);
    if (running_.size() == 1) log_.forget();

    const auto end = Clock::now() + running->request.limit;
    const libxl_asyncop_how how = how_of(&Operations::done, running.get());
    running->libxls = running;
    if (const int code = running->request.begin(&how); code != 0) {
        running->libxls.reset();
        co_return code;
    }
    while (!running->over() && !running->aborted && Clock::now() < end)
        co_await changed_or_late(running->changed, end);
    if (!running->over()) {
        running->late = !running->aborted;
        stop(*running);
        const auto last = Clock::now() + stopping_;
        while (!running->over() && Clock::now() < last)
            co_await changed_or_late(running->changed, last);
    }
    const std::string& object = running->request.object;
    if (running->aborted) fail(errors::operation_cancelled, object, "{} was cut short", running->request.name);
    if (running->late && running->code != 0)
        fail(errors::hypervisor_refused, object, "{}: not done after {} ms{}{}", running->request.name,
             running->request.limit.count(), running->over() ? "; " : " and does not stop; ", log_.errors());
    co_return *running->code;
}

asio::awaitable<void> Operations::perform(Request request) {
    const std::string name = request.name;
    const std::string object = request.object;
    const int code = co_await run(std::move(request));
    if (code != 0) fail(errors::hypervisor_refused, object, "{}: {}", name, cause_of(code, log_));
}

asio::awaitable<void> Operations::abort() {
    const std::vector<std::shared_ptr<Running>> all{running_.begin(), running_.end()};
    for (const auto& running : all) {
        running->aborted = true;
        running->changed.cancel();
    }
    const auto last = Clock::now() + stopping_ + std::chrono::seconds{1};
    const auto runs = [this](const auto& running) { return running_.contains(running); };
    while (std::any_of(all.begin(), all.end(), runs) && Clock::now() < last)
        co_await ended_.wait(last);
}

}    // namespace xm::connect::xl
