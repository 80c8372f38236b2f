#include "rpcproxy/denial_log.hpp"

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <catch2/catch.hpp>

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace xm::rpcproxy {
namespace {

using namespace std::chrono_literals;

// Takes what is logged while it lives.
class TakenLog {
public:
    TakenLog() {
        auto logger =
            std::make_shared<spdlog::logger>("taken", std::make_shared<spdlog::sinks::ostream_sink_st>(text_));
        logger->set_pattern("%v");
        before_ = spdlog::default_logger();
        spdlog::set_default_logger(std::move(logger));
    }
    ~TakenLog() { spdlog::set_default_logger(before_); }
    TakenLog(const TakenLog&) = delete;
    TakenLog& operator=(const TakenLog&) = delete;

    // Since the last time.
    std::vector<std::string> lines() {
        std::vector<std::string> lines;
        for (std::string line; std::getline(text_, line);)
            lines.push_back(line);
        text_.clear();
        return lines;
    }

private:
    std::stringstream text_;
    std::shared_ptr<spdlog::logger> before_;
};

// One guest that is denied a call at a time that tests move on.
struct DeniedGuest {
    TakenLog log;
    DenialLog denials;
    DenialLog::Clock::time_point now = DenialLog::Clock::now() + 1s;
    Message message{.type = 1, .serial = 3, .member = "Go", .destination = "com.example.Service"};
    Verdict verdict{.reason = "no rule matches"};

    void denied(int times) {
        for (int i = 0; i < times; ++i)
            denials.write({Direction::incoming, message, verdict}, "domid=5", now);
    }
};

TEST_CASE("a denial is logged with who, what and why") {
    DeniedGuest guest;
    guest.denied(1);
    const std::vector<std::string> expected{
        "DENY domid=5 inc method-call destination=com.example.Service member=Go serial=3 reason=\"no rule matches\""};
    CHECK(guest.log.lines() == expected);
}

TEST_CASE("of a denial by a rule, the log says where the rule stands") {
    const Rule rule{.origin = {.file = "/etc/rules", .line = 12}};
    const Message answer{.type = 2, .serial = 3, .sender = ":1.7", .reply_serial = 8};
    CHECK(line_of({Direction::outgoing, answer, {.rule = &rule}}) ==
          "out method-return sender=:1.7 serial=3 reply-serial=8 rule=/etc/rules:12");
}

TEST_CASE("a message of a type that nobody knows, or of none, has a line as well") {
    CHECK(line_of({Direction::incoming, {.type = 0}, {}}).starts_with("inc invalid"));
    CHECK(line_of({Direction::incoming, {.type = 200}, {}}).starts_with("inc unknown"));
}

TEST_CASE("a guest's text cannot begin a line of its own, nor end its own early") {
    const Message forged{.type = 1, .serial = 1, .path = "/\nDENY domid=6 \x1b[2J\xff"};
    const std::string line = line_of({Direction::incoming, forged, {.reason = "x"}});
    for (const char c : line)
        CHECK((c >= ' ' && c <= '~'));
}

TEST_CASE("of a flood of denials some are logged, and how many were not") {
    DeniedGuest guest;
    guest.denied(100);
    CHECK(guest.log.lines().size() == 20);
    guest.now += 1s;
    guest.denied(1);
    const auto lines = guest.log.lines();
    REQUIRE(lines.size() == 2);
    CHECK(lines[0] == "DENY domid=5 and 80 more since the last line");
}

TEST_CASE("room for denials comes back one a second, and not without end") {
    DeniedGuest guest;
    guest.denied(20);
    guest.log.lines();
    guest.now += 500ms;
    guest.denied(1);
    CHECK(guest.log.lines().empty());
    guest.now += 500ms;
    guest.denied(1);
    CHECK(guest.log.lines().size() == 2);
    guest.now += 1h;
    guest.denied(100);
    CHECK(guest.log.lines().size() == 20);
}

TEST_CASE("what was left out is counted at the end, once") {
    DeniedGuest guest;
    guest.denied(25);
    guest.log.lines();
    guest.denials.write_left_out("domid=5");
    CHECK(guest.log.lines() == std::vector<std::string>{"DENY domid=5 and 5 more since the last line"});
    guest.denials.write_left_out("domid=5");
    CHECK(guest.log.lines().empty());
}

}    // namespace
}    // namespace xm::rpcproxy
