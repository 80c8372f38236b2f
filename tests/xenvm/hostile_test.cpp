// Callers that do not keep to the protocol: the monitor survives them and serves the others.
#include "connect/monitor_socket.hpp"
#include "connect/monitor_wire.hpp"
#include "yard.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

using namespace xm;
using test::Yard;
using namespace std::chrono_literals;

namespace {

class RawCaller {
public:
    RawCaller(const Yard& yard, const Uuid& id)
        : fd_{connect::connect_to_monitor(yard.dir.path() / ("vm-" + id.text()))} {
        REQUIRE(fd_);
    }

    void send(std::string_view bytes) const {
        CHECK(::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
    }
    void send_frame(std::string_view body) const {
        const auto header = connect::wire::make_header(body.size());
        send({reinterpret_cast<const char*>(header.data()), header.size()});
        send(body);
    }

    // What the monitor answers until it closes, at most for a minute.
    std::string answer() const {
        const timeval limit{.tv_sec = 60, .tv_usec = 0};
        ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::fcntl(fd_.get(), F_SETFL, 0);
        std::string text(65536, '\0');
        const ssize_t got = ::recv(fd_.get(), text.data(), text.size(), MSG_WAITALL);
        return got > 0 ? text.substr(0, static_cast<std::size_t>(got)) : "";
    }

private:
    Fd fd_;
};

}    // namespace

TEST_CASE("what is not a request is answered with an error or closed, and the next caller is served") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    yard.launch(id);

    SECTION("a frame of zero bytes") { RawCaller{yard, id}.send({"\0\0\0\0", 4}); }
    SECTION("a frame of four gigabytes") { RawCaller{yard, id}.send("\xff\xff\xff\xff"); }
    SECTION("half a header") { RawCaller{yard, id}.send({"\0\0", 2}); }
    SECTION("half a body") { RawCaller{yard, id}.send({"\0\0\0\x10{\"me", 8}); }
    SECTION("no byte at all") { RawCaller{yard, id}; }
    SECTION("a body that is no JSON") {
        RawCaller caller{yard, id};
        caller.send_frame("hello");
        CHECK(caller.answer().find("-32600") != std::string::npos);
    }
    SECTION("JSON that is nested beyond reason") {
        RawCaller caller{yard, id};
        caller.send_frame(std::string(100'000, '['));
        CHECK(caller.answer().find("-32600") != std::string::npos);
    }
    SECTION("an unknown method") {
        RawCaller caller{yard, id};
        caller.send_frame(R"({"jsonrpc":"2.0","id":5,"method":"x"})");
        const std::string answer = caller.answer();
        CHECK(answer.find("-32601") != std::string::npos);
        CHECK(answer.find("\"id\":5") != std::string::npos);
    }
    SECTION("a caller that leaves before a long command ends") {
        yard.start(id, "refuse-shutdown");
        RawCaller{yard, id}.send_frame(R"({"method":"shutdown","params":{"timeout":"1"}})");
    }
    CHECK_FALSE(yard.call(id, "get-status").empty());
}

TEST_CASE("a subscriber that never reads does not stop the monitor") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    yard.launch(id);
    yard.start(id);
    const RawCaller lazy{yard, id};
    lazy.send_frame(R"({"method":"subscribe"})");
    for (int i = 0; i < 1500; ++i)
        yard.call(id, i % 2 == 0 ? "pause" : "unpause");
    CHECK(yard.call(id, "get-status") == "running");
}
