#include "rpcproxy/json_peer.hpp"

#include "json_bytes.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace xm::rpcproxy {
namespace {

using namespace std::literals;

constexpr std::string_view ping =
    R"({"id":1,"destination":"a.b","path":"/","interface":"c.d","method":"go","args":["x"],"dbus-signature":"s"})";
constexpr std::string_view unsaid =
    R"({"id":2,"destination":"a.b","path":"/p","interface":"c.d","method":"go","args":[7]})";

std::vector<std::byte> framed(std::string_view text) { return bytes(std::string{text} + '\0'); }

Message read(const std::vector<std::byte>& message) {
    const Read read = read_message(message);
    REQUIRE(read.fault == nullptr);
    return read.message;
}

std::vector<std::byte> call(std::uint32_t serial, std::string_view sender) {
    return made(
        {.serial = serial, .path = "/", .interface = "c.d", .member = "ask", .destination = ":1.9", .sender = sender},
        {}, {});
}

TEST_CASE("a request becomes a call with its id as serial") {
    const JsonOptions options;
    JsonPeer peer{options};
    CHECK(peer.open());
    const auto step = peer.take(framed(ping));
    CHECK(step.used == ping.size() + 1);
    REQUIRE(step.messages.size() == 1);
    const Message message = read(step.messages.front());
    CHECK(message.type == 1);
    CHECK(message.serial == 1);
    CHECK(message.destination == "a.b");
    CHECK(message.path == "/");
    CHECK(message.interface == "c.d");
    CHECK(message.member == "go");
    CHECK(message.signature == "s");
    CHECK(message.first_argument == "x");
    CHECK(message.expects_reply());
    CHECK_FALSE(message.sender);
}

TEST_CASE("bytes may come one by one, and several objects at once") {
    const JsonOptions options;
    JsonPeer peer{options};
    std::size_t messages = 0;
    for (const std::byte byte : framed(ping)) {
        messages += peer.take(std::span{&byte, 1}).messages.size();
        CHECK(peer.incomplete() == (messages == 0));
    }
    CHECK(messages == 1);
    const std::string both = std::string{ping} + '\0' + std::string{ping} + '\0' + "{";
    const auto step = peer.take(bytes(both));
    CHECK(step.messages.size() == 2);
    CHECK(step.used == both.size());
}

TEST_CASE("JSN-7: what is no message is skipped and counted, and the conversation lives") {
    const JsonOptions options;
    JsonPeer peer{options};
    const auto step = peer.take(bytes("\0nonsense\0{}{}\0[]\0"s + std::string{ping} + "\0"s));
    CHECK(step.messages.size() == 1);
    REQUIRE(step.skipped.size() == 2);
    CHECK(step.skipped[0].count == 3);
    CHECK(std::string{step.skipped[0].why} == "not JSON");
    CHECK(std::string{step.skipped[1].why} == "not an object");
    CHECK_FALSE(step.close);
    CHECK(step.answer.empty());
}

TEST_CASE("an object over the limit ends the conversation before it is complete") {
    JsonOptions options;
    options.frame = 10;
    JsonPeer peer{options};
    CHECK_FALSE(peer.take(bytes("0123456789")).close);
    const auto step = peer.take(bytes("0"));
    CHECK(step.close);
    CHECK(std::string{step.fault} == "an object is longer than the limit");
    CHECK_FALSE(peer.open());
    CHECK(peer.take(framed(ping)).messages.empty());
    CHECK(peer.take(framed(ping)).close);
}

TEST_CASE("a request without types waits for its signature, and what follows it waits too") {
    const JsonOptions options;
    JsonPeer peer{options};
    const std::string both = std::string{unsaid} + '\0' + std::string{ping} + '\0';
    auto step = peer.take(bytes(both));
    CHECK(step.messages.empty());
    CHECK(step.used == unsaid.size() + 1);
    REQUIRE(step.pending);
    CHECK(step.pending->id == 2);
    CHECK(step.pending->destination == "a.b");
    CHECK(step.pending->path == "/p");
    CHECK(step.pending->interface == "c.d");
    CHECK(step.pending->member == "go");
    SECTION("the service says") {
        const auto resolved = peer.resolve(*step.pending, "q");
        REQUIRE(resolved.messages.size() == 1);
        CHECK(read(resolved.messages.front()).signature == "q");
    }
    SECTION("nobody says") {
        const auto resolved = peer.resolve(*step.pending, std::nullopt);
        REQUIRE(resolved.messages.size() == 1);
        CHECK(read(resolved.messages.front()).signature == "u");
    }
    SECTION("what the service says does not fit") {
        const auto resolved = peer.resolve(*step.pending, "s");
        CHECK(resolved.messages.empty());
        CHECK(resolved.skipped.size() == 1);
        CHECK(resolved.answer ==
              R"({"id":1,"type":"error","response-to":"2","name":"org.freedesktop.DBus.Error.InvalidArgs",)"
              R"("args":["a value that must be a text"]})"
              "\0"sv);
    }
    CHECK(peer.take(framed(ping)).messages.size() == 1);
}

TEST_CASE("nobody is asked about interfaces that the specification describes") {
    const JsonOptions options;
    JsonPeer peer{options};
    const auto step = peer.take(framed(R"({"id":2,"destination":"a.b","path":"/p","method":"Get",)"
                                       R"("interface":"org.freedesktop.DBus.Properties","args":["i.f","p"]})"));
    CHECK_FALSE(step.pending);
    REQUIRE(step.messages.size() == 1);
    CHECK(read(step.messages.front()).signature == "ss");
}

TEST_CASE("JSN-8: names that are no names are refused before anybody is asked") {
    const JsonOptions options;
    JsonPeer peer{options};
    const auto refused = [&](std::string json) {
        const auto step = peer.take(framed(json));
        CHECK_FALSE(step.pending);
        CHECK(step.messages.empty());
        CHECK(step.answer.find("InvalidArgs") != std::string::npos);
    };
    for (const std::string types : {"", R"(,"dbus-signature":"")"}) {
        refused(R"({"id":2,"destination":"ab","path":"/p","interface":"c.d","method":"go","args":[])" + types + "}");
        refused(R"({"id":2,"destination":"a.b","path":"p","interface":"c.d","method":"go","args":[])" + types + "}");
        refused(R"({"id":2,"destination":"a.b","path":"/p","interface":"c","method":"go","args":[])" + types + "}");
        refused(R"({"id":2,"destination":"a.b","path":"/p","interface":"c.d","method":"g o","args":[])" + types + "}");
        refused(R"({"id":2,"destination":"a.b","path":"/org/freedesktop/DBus/Local","interface":"c.d","method":"go",)"
                R"("args":[])" +
                types + "}");
    }
}

TEST_CASE("JSN-11: paths and signatures among the arguments are checked") {
    const JsonOptions options;
    JsonPeer peer{options};
    for (const std::string argument : {R"(["x"],"dbus-signature":"o")", R"(["("],"dbus-signature":"g")",
                                       R"([{"x":"y"}],"dbus-signature":"a{os}")"}) {
        const auto step = peer.take(framed(R"({"id":2,"destination":"a.b","path":"/p","interface":"c.d","method":"go",)"
                                           R"("args":)" +
                                           argument + "}"));
        CHECK(step.messages.empty());
        CHECK(step.answer.find("InvalidArgs") != std::string::npos);
    }
}

TEST_CASE("JSN-9: signals become signals without destination") {
    const JsonOptions options;
    JsonPeer peer{options};
    const auto step = peer.take(framed(
        R"({"id":3,"type":"signal","destination":"a.b","path":"/","interface":"c.d","member":"went","args":[]})"));
    REQUIRE(step.messages.size() == 1);
    const Message message = read(step.messages.front());
    CHECK(message.type == 4);
    CHECK(message.member == "went");
    CHECK_FALSE(message.destination);
}

TEST_CASE("an answer goes to the caller with the caller's serial, once") {
    const JsonOptions options;
    JsonPeer peer{options};
    CHECK(peer.frame(read(call(40, ":1.3"))).bytes.starts_with(R"({"id":40,"type":"request",)"));
    const auto answer = framed(R"({"id":4,"type":"response","response-to":40,"args":["y"]})");
    const auto step = peer.take(answer);
    REQUIRE(step.messages.size() == 1);
    const Message message = read(step.messages.front());
    CHECK(message.type == 2);
    CHECK(message.serial == 4);
    CHECK(message.reply_serial == 40);
    CHECK(message.destination == ":1.3");
    CHECK(message.signature == "s");
    const auto again = peer.take(answer);
    CHECK(again.messages.empty());
    REQUIRE(again.skipped.size() == 1);
    CHECK(std::string{again.skipped.front().why} == "an answer to no call that waits");
}

TEST_CASE("JSN-12: calls of two callers with one serial get two ids, and each its own answer") {
    const JsonOptions options;
    JsonPeer peer{options};
    CHECK(peer.frame(read(call(1, ":1.3"))).bytes.starts_with(R"({"id":1,)"));
    CHECK(peer.frame(read(call(1, ":1.4"))).bytes.starts_with(R"({"id":2,)"));
    const auto step = peer.take(framed(R"({"id":4,"type":"error","response-to":"2","name":"a.B","args":[]})"));
    REQUIRE(step.messages.size() == 1);
    const Message message = read(step.messages.front());
    CHECK(message.destination == ":1.4");
    CHECK(message.reply_serial == 1);
    CHECK(message.error_name == "a.B");
}

TEST_CASE("calls that wait are bounded, the oldest is forgotten") {
    JsonOptions options;
    options.waiting_calls = 2;
    JsonPeer peer{options};
    for (std::uint32_t serial = 1; serial <= 3; ++serial)
        peer.frame(read(call(serial, ":1.3")));
    CHECK(peer.take(framed(R"({"id":4,"type":"response","response-to":1,"args":[]})")).messages.empty());
    CHECK(peer.take(framed(R"({"id":4,"type":"response","response-to":2,"args":[]})")).messages.size() == 1);
}

TEST_CASE("JSN-12: the answer to a request says whose answer it is") {
    const JsonOptions options;
    JsonPeer peer{options};
    const auto answer = made({.type = 2, .serial = 9, .destination = ":1.9", .reply_serial = 77}, {}, {});
    CHECK(peer.frame(read(answer)).bytes == "{\"id\":9,\"type\":\"response\",\"response-to\":\"77\",\"args\":[]}\0"sv);
}

TEST_CASE("an answer without a shape in JSON becomes an error for the one who waits, a signal disappears") {
    JsonOptions options;
    options.frame = 200;
    JsonPeer peer{options};
    const auto long_text = body("[\"" + std::string(300, 'x') + "\"]", "s");
    const auto answer = made({.type = 2, .serial = 9, .reply_serial = 77}, "s", long_text.bytes);
    const auto framed = peer.frame(read(answer));
    CHECK(framed.fault != nullptr);
    CHECK(framed.bytes.starts_with(
        R"({"id":9,"type":"error","response-to":"77","name":"org.freedesktop.DBus.Error.Failed")"));
    const auto signal = made({.type = 4, .path = "/", .interface = "a.b", .member = "c"}, "s", long_text.bytes);
    CHECK(peer.frame(read(signal)).fault != nullptr);
    CHECK(peer.frame(read(signal)).bytes.empty());
}

TEST_CASE("in a websocket the handshake comes first, then texts become messages") {
    JsonOptions options;
    options.websocket = true;
    JsonPeer peer{options};
    CHECK_FALSE(peer.open());
    CHECK(peer.frame(read(call(1, ":1.3"))).fault != nullptr);
    std::string input =
        "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    input +=
        "\x81\xfe"s + static_cast<char>(0) + static_cast<char>(ping.size()) + std::string(4, '\0') + std::string{ping};
    input += "\x89\x80\0\0\0\0"s;
    const auto step = peer.take(bytes(input));
    CHECK(step.used == input.size());
    CHECK(step.messages.size() == 1);
    CHECK(step.answer.starts_with("HTTP/1.1 101 "));
    CHECK(step.answer.ends_with("\x8a\0"sv));
    CHECK(peer.open());
    CHECK(peer.frame(read(call(1, ":1.3"))).bytes.substr(2).starts_with(R"({"id":1)"));
    CHECK(peer.farewell() == "\x88\2\3\xe9"sv);
    CHECK(peer.farewell().empty());
    CHECK(peer.take(bytes("x")).close);
}

TEST_CASE("a request of many small values is a body of many small values") {
    const JsonOptions options;
    JsonPeer peer{options};
    std::string json =
        R"({"id":2,"destination":"a.b","path":"/p","interface":"c.d","method":"go","dbus-signature":"ay","args":[[)";
    for (int i = 0; i < 200'000; ++i)
        json += "1,";
    const auto step = peer.take(framed(json + "1]]}"));
    REQUIRE(step.messages.size() == 1);
    CHECK(read(step.messages.front()).body.size() == 200'005);
}

}    // namespace
}    // namespace xm::rpcproxy
