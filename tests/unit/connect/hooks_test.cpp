#include "connect/hooks.hpp"

#include "base/failure.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <optional>

using namespace xm;
using namespace xm::connect;
using namespace std::chrono_literals;

namespace {

class Scripts {
public:
    Scripts() { std::filesystem::create_directory(folder_); }
    ~Scripts() { std::filesystem::remove_all(folder_); }
    Scripts(const Scripts&) = delete;
    Scripts& operator=(const Scripts&) = delete;

    std::string add(const std::string& name, const std::string& text) const {
        const auto path = folder_ / name;
        std::ofstream{path} << "#!/bin/sh\n" << text << "\n";
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path.string();
    }
    std::string file(const std::string& name) const { return (folder_ / name).string(); }

private:
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("hooks-" + std::to_string(::getpid()));
};

// The symbol of the failure, "" for success.
std::string run(const std::string& hook, StringList arguments, std::chrono::milliseconds deadline = 60s,
                Hooks* calls = nullptr) {
    boost::asio::io_context loop{1};
    HookPrograms hooks{loop.get_executor(), calls};
    std::string result;
    boost::asio::co_spawn(loop, hooks.run(hook, std::move(arguments), deadline), [&](const std::exception_ptr& error) {
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const Failure& failure) {
            result = std::string{failure.info().symbol};
        }
    });
    loop.run();
    return result;
}

struct Recorder final : Hooks {
    std::string called;
    boost::asio::awaitable<void> run(std::string hook, StringList, std::chrono::milliseconds) override {
        called = hook;
        co_return;
    }
};

}    // namespace

TEST_CASE("a property may name several hooks") {
    CHECK(hooks_in("") == StringList{});
    CHECK(hooks_in("/a") == StringList{"/a"});
    CHECK(hooks_in(" /a ;; rpc:x=y;") == StringList{"/a", "rpc:x=y"});
}

TEST_CASE("a hook gets its arguments as they are, without a shell in between") {
    const Scripts scripts;
    const std::string out = scripts.file("out");
    const std::string hook = scripts.add("hook", "echo \"$1|$2\" > " + out);
    CHECK(run(hook, {"a b; $(touch x)", "running"}) == "");
    std::string line;
    std::getline(std::ifstream{out} >> std::ws, line);
    CHECK(line == "a b; $(touch x)|running");
}

TEST_CASE("a hook fails by its exit code, by a signal, and by not being there") {
    const Scripts scripts;
    CHECK(run(scripts.add("no", "echo sorry >&2; exit 3"), {}) == "hook_failed");
    CHECK(run(scripts.add("killed", "kill -9 $$"), {}) == "hook_failed");
    CHECK(run("/does/not/exist", {}) == "hook_failed");
    CHECK(run("relative", {}) == "bad_hook");
}

TEST_CASE("a hook that takes too long is killed with its children") {
    const Scripts scripts;
    const auto begin = std::chrono::steady_clock::now();
    CHECK(run(scripts.add("slow", "sleep 60 & sleep 60"), {}, 50ms) == "hook_failed");
    CHECK(std::chrono::steady_clock::now() - begin < 50s);
}

TEST_CASE("a hook with a lot to say does not get stuck") {
    const Scripts scripts;
    const std::string hook = scripts.add("loud",
                                         "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; "
                                         "head -c 20000 /dev/zero | tr '\\0' x");
    CHECK(run(hook, {}) == "");
}

TEST_CASE("calls on the bus are somebody else's work") {
    Recorder calls;
    CHECK(run("rpc:destination=a.b,interface=c,member=d", {}, 60s, &calls) == "");
    CHECK(calls.called == "rpc:destination=a.b,interface=c,member=d");
    CHECK(run("rpc:destination=a.b,interface=c,member=d", {}) == "bad_hook");
}

TEST_CASE("a property's hooks run in order until one fails, which is named with its VM") {
    const Scripts scripts;
    const Uuid vm = *Uuid::parse("11111111-2222-3333-4444-555555555555");
    const auto first = scripts.add("first", "echo $1 > " + scripts.file("out"));
    const auto second = scripts.add("second", "exit 4");
    const auto third = scripts.add("third", "touch " + scripts.file("third-ran"));
    boost::asio::io_context loop{1};
    HookPrograms hooks{loop.get_executor()};
    std::string text;
    const auto property = first + "; " + second + ";" + third;
    boost::asio::co_spawn(loop, run_hooks_of(vm, hooks, property, 60s), [&](const std::exception_ptr& error) {
        try {
            if (error) std::rethrow_exception(error);
        } catch (const Failure& failure) {
            text = failure.what();
        }
    });
    loop.run();
    std::string line;
    std::getline(std::ifstream{scripts.file("out")}, line);
    CHECK(line == vm.text());
    CHECK(text.starts_with("hook_failed: " + vm.text() + ": " + second + ": ended with code 4."));
    CHECK_FALSE(std::filesystem::exists(scripts.file("third-ran")));
}
