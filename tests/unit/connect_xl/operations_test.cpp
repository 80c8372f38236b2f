#include "connect/xl/operations.hpp"

#include "base/failure.hpp"
#include "connect/xl/toolstack.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <catch2/catch.hpp>

#include <optional>

using namespace xm;
using namespace xm::connect::xl;
using std::chrono::milliseconds;

namespace {

// Plays libxl: begins what it is asked to and ends it when the test says so.
struct Play {
    // How long an operation that is cut short may take to end.
    explicit Play(milliseconds stopping = std::chrono::minutes{1})
        : operations{log, [this](const libxl_asyncop_how* how) { return abort(how); }, stopping} {}

    int begin(const libxl_asyncop_how* how) {
        begun = *how;
        return answer;
    }
    int abort(const libxl_asyncop_how* how) {
        ++aborts;
        CHECK(how->u.for_callback == begun->u.for_callback);
        if (stops) end(ERROR_ABORTED);
        return 0;
    }
    void end(int result) { begun->callback(nullptr, result, begun->u.for_callback); }

    // Runs an operation with this limit until it is over; its failure's symbol, or its code.
    void start(milliseconds limit) {
        Request request{"create", "a machine", limit, [this](const libxl_asyncop_how* how) { return begin(how); }};
        const auto finish = [this](const std::exception_ptr& thrown, int result) {
            code = result;
            if (!thrown) return;
            try {
                std::rethrow_exception(thrown);
            } catch (const Failure& caught) {
                failure = caught;
            }
        };
        boost::asio::co_spawn(context, operations.run(std::move(request)), finish);
        context.poll();
    }
    // Many turns: the machine may stand still in any one of them.
    void run(int turns = 300) {
        for (; turns > 0; --turns) {
            context.restart();
            context.run_for(milliseconds{1});
        }
    }

    boost::asio::io_context context{1};
    Log log;
    Operations operations;
    std::optional<libxl_asyncop_how> begun;
    int answer = 0;
    bool stops = true;
    int aborts = 0;
    std::optional<int> code;
    std::optional<Failure> failure;
};

}    // namespace

TEST_CASE("an operation ends when libxl says so, with libxl's code") {
    Play play;
    play.start(milliseconds{5000});
    CHECK(!play.code);
    play.end(ERROR_NOPARAVIRT);
    play.run();
    CHECK(play.code == ERROR_NOPARAVIRT);
    CHECK(!play.failure);
    CHECK(play.operations.idle());
}

TEST_CASE("an operation that libxl does not even begin is over") {
    Play play;
    play.answer = ERROR_INVAL;
    play.start(milliseconds{5000});
    CHECK(play.code == ERROR_INVAL);
}

TEST_CASE("an operation that takes too long is cut short and fails") {
    Play play;
    play.start(milliseconds{20});
    play.run();
    CHECK(play.aborts == 1);
    REQUIRE(play.failure);
    CHECK(play.failure->info().symbol == errors::hypervisor_refused.symbol);
    CHECK(play.failure->cause().starts_with("create: not done after 20 ms"));
}

TEST_CASE("an operation that succeeds while it is being cut short has succeeded") {
    Play play;
    play.stops = false;
    play.start(milliseconds{20});
    play.run(30);
    REQUIRE(play.aborts == 1);
    play.end(0);
    play.run();
    CHECK(!play.failure);
    CHECK(play.code == 0);
}

TEST_CASE("an operation that does not stop is left to itself, and may still end later") {
    Play play{milliseconds{50}};
    play.stops = false;
    play.start(milliseconds{20});
    play.run();
    REQUIRE(play.failure);
    CHECK(play.failure->cause().find("does not stop") != std::string::npos);
    play.end(0);
    CHECK(play.operations.idle());
}

TEST_CASE("abort ends what is in progress as cancelled and waits for it") {
    Play play;
    bool aborted = false;
    play.start(milliseconds{5000});
    boost::asio::co_spawn(play.context, play.operations.abort(), [&](const std::exception_ptr&) {
        CHECK(play.operations.idle());
        aborted = true;
    });
    play.run();
    CHECK(aborted);
    REQUIRE(play.failure);
    CHECK(play.failure->info().symbol == errors::operation_cancelled.symbol);
}

TEST_CASE("a failure quotes what libxl said first") {
    Log log;
    xentoollog_logger* logger = log.logger();
    for (const char* text : {"no such kernel", "cannot build", "no such kernel", "gave up", "again"})
        xtl_log(logger, XTL_ERROR, -1, "libxl", "%s", text);
    CHECK(cause_of(ERROR_FAIL, log) == "fail: no such kernel; cannot build; gave up");
    log.forget();
    CHECK(cause_of(ERROR_FAIL, log) == "fail");
}

TEST_CASE("what libxl quotes of a guest does not reach the log as it is") {
    Log log;
    xtl_log(log.logger(), XTL_ERROR, -1, "libxl", "said %s", "\x1b[2J\n");
    CHECK(log.errors().find('\x1b') == std::string::npos);
    CHECK(log.errors().find('\n') == std::string::npos);
}

TEST_CASE("every way in which a domain may end has a reason") {
    using model::DownReason;
    CHECK(reason_of(LIBXL_SHUTDOWN_REASON_POWEROFF) == DownReason::halt);
    CHECK(reason_of(LIBXL_SHUTDOWN_REASON_REBOOT) == DownReason::reboot);
    CHECK(reason_of(LIBXL_SHUTDOWN_REASON_SUSPEND) == DownReason::suspend);
    CHECK(reason_of(LIBXL_SHUTDOWN_REASON_CRASH) == DownReason::crash);
    CHECK(reason_of(LIBXL_SHUTDOWN_REASON_WATCHDOG) == DownReason::crash);
    CHECK(reason_of(LIBXL_SHUTDOWN_REASON_SOFT_RESET) == DownReason::reboot);
    CHECK(reason_of(LIBXL_SHUTDOWN_REASON_UNKNOWN) == DownReason::crash);
}
