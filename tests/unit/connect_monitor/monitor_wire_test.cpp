#include "connect/monitor_wire.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::connect;

TEST_CASE("the length of a frame travels in four big-endian bytes") {
    CHECK(wire::make_header(0x010203) == wire::Header{0, 1, 2, 3});
    CHECK(wire::body_size({0, 1, 2, 3}) == 0x010203);
    CHECK(wire::body_size(wire::make_header(wire::frame_limit)) == wire::frame_limit);
}

TEST_CASE("an empty frame and one over the limit are refused before anything is read") {
    CHECK_THROWS_AS(wire::body_size({0, 0, 0, 0}), Failure);
    CHECK_THROWS_AS(wire::body_size({1, 0, 0, 1}), Failure);
    CHECK_THROWS_AS(wire::body_size({0xff, 0xff, 0xff, 0xff}), Failure);
    CHECK_THROWS_AS(wire::make_header(wire::frame_limit + 1), Failure);
}

TEST_CASE("requests, replies and notifications read back") {
    const wire::Request request{.method = "start", .params = {{"spec", "{\"a\":1}"}, {"paused", "true"}}, .id = 7};
    CHECK(wire::parse_request(wire::to_text(request)) == request);

    const wire::Reply with_text{.id = 7, .result = "12", .error = {}, .events = 3};
    const wire::Reply with_nothing{.id = 7, .result = {}, .error = {}, .events = 0};
    const wire::Reply refusal{.id = 7, .result = {}, .error = wire::Error{-32000, "Vm_bad_state: x"}, .events = 1};
    for (const wire::Reply& reply : {with_text, with_nothing, refusal})
        CHECK(wire::parse_reply(wire::to_text(reply)) == reply);

    const wire::Notification news{.code = 61440, .message = "vm:state:running", .facts = "{}", .number = 9};
    CHECK(wire::parse_notification(wire::to_text(news)) == news);
}

TEST_CASE("a request may leave out its parameters and its id") {
    CHECK(wire::parse_request(R"({"method":"facts"})") == wire::Request{.method = "facts", .params = {}, .id = 0});
    CHECK(wire::parse_request(R"({"method":"facts","params":null})").params.empty());
}

TEST_CASE("what is not a message of the protocol is refused") {
    for (const char* text : {"", "{", "[]", "null", "{}", R"({"method":1})", R"({"method":"x","params":[]})",
                             R"({"method":"x","params":{"a":1}})", R"({"method":"x","id":"1"})"}) {
        INFO(text);
        CHECK_THROWS_AS(wire::parse_request(text), Failure);
    }
    for (const char* text : {"{}", R"({"result":1})", R"({"error":"x"})", R"({"error":{"code":"1","message":"x"}})",
                             R"({"error":{"code":1}})"}) {
        INFO(text);
        CHECK_THROWS_AS(wire::parse_reply(text), Failure);
    }
    for (const char* text : {R"({"method":"other","params":{}})", R"({"method":"notify"})",
                             R"({"method":"notify","params":{"code":"x","message":"","facts":"","number":"1"}})",
                             R"({"method":"notify","params":{"code":"1","message":"","facts":""}})"}) {
        INFO(text);
        CHECK_THROWS_AS(wire::parse_notification(text), Failure);
    }
}
