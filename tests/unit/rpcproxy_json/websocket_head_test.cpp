#include "rpcproxy/websocket_head.hpp"

#include "rpcproxy/websocket.hpp"

#include "json_bytes.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace xm::rpcproxy {
namespace {

using namespace std::string_literals;

struct Head {
    std::string line = "GET /chat HTTP/1.1";
    std::string host = "Host: localhost:8080\r\n";
    std::string upgrade = "Upgrade: websocket\r\n";
    std::string connection = "Connection: Upgrade\r\n";
    std::string version = "Sec-WebSocket-Version: 13\r\n";
    std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    std::string more = "";

    std::string text() const { return line + "\r\n" + host + upgrade + connection + version + key + more + "\r\n"; }
};

std::string status(const Head& head, const WebsocketRules& rules = {}) {
    const HeadAnswer answer = answer_head(head.text(), rules);
    CHECK((answer.fault == nullptr) == answer.text.starts_with("HTTP/1.1 101 "));
    CHECK(answer.text.ends_with("\r\n\r\n"));
    return answer.text.substr(9, 3);
}

TEST_CASE("a proper request is answered with the accept value of RFC 6455, section 1.3") {
    CHECK(answer_head(Head{}.text(), {}).text ==
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
    CHECK(status({.line = "GET /chat/room?x=1 HTTP/1.1"}) == "101");
    CHECK(status({.host = "hOST:   127.0.0.1 \r\n", .connection = "connection: keep-alive, UPGRADE\r\n"}) == "101");
    CHECK(status({.more = "Sec-WebSocket-Extensions: permessage-deflate\r\nCookie: a=b\r\n"}) == "101");
}

TEST_CASE("WSK-1: an Origin is served if it is listed, byte for byte") {
    const WebsocketRules rules{.origins = {"http://localhost:8080", "https://ui.example"}, .hosts = {}};
    const auto from = [&](const std::string& origin) { return status({.more = "Origin: " + origin + "\r\n"}, rules); };
    CHECK(from("http://localhost:8080") == "101");
    CHECK(from("https://ui.example") == "101");
    for (const char* foreign : {"http://evil.example", "null", "", "localhost:8080", "http://localhost",
                                "http://localhost:80801", "http://localhost:8080.evil.example",
                                "http://localhost:8080/", "HTTP://localhost:8080", "http://ui.example", "*"})
        CHECK(from(foreign) == "403");
    CHECK(status({}, rules) == "403");
    CHECK(status({.more = "Origin: https://ui.example\r\nOrigin: https://ui.example\r\n"}, rules) == "403");
    CHECK(status({.more = "Origin: https://ui.example\r\nOrigin: http://evil.example\r\n"}, rules) == "403");
}

TEST_CASE("WSK-1: when no origin is listed, no page is served") {
    for (const char* origin : {"http://localhost", "null", "", "file://"})
        CHECK(status({.more = "Origin: "s + origin + "\r\n"}) == "403");
}

TEST_CASE("WSK-2: a Host that is not ours is refused") {
    for (const char* ours : {"localhost", "localhost:1", "127.0.0.1:65535", "[::1]:80", "[::1]"})
        CHECK(status({.host = "Host: "s + ours + "\r\n"}) == "101");
    for (const char* foreign :
         {"", "evil.example", "localhost.evil.example", "localhost:", "localhost:x", "localhost:65536",
          "127.0.0.1.evil.example", "127.0.0.10", "[::1].evil.example", "10.0.0.1"})
        CHECK(status({.host = "Host: "s + foreign + "\r\n"}) == "403");
    CHECK(status({.host = ""}) == "403");
    CHECK(status({.host = "Host: localhost\r\nHost: localhost\r\n"}) == "403");
    const WebsocketRules rules{.origins = {}, .hosts = {"ui.example:8080"}};
    CHECK(status({.host = "Host: ui.example:8080\r\n"}, rules) == "101");
    for (const char* foreign : {"localhost", "ui.example", "ui.example:80", "UI.example:8080"})
        CHECK(status({.host = "Host: "s + foreign + "\r\n"}, rules) == "403");
}

TEST_CASE("WSK-3: whatever is no upgrade of GET /chat gets no 101") {
    for (const char* line :
         {"POST /chat HTTP/1.1", "HEAD /chat HTTP/1.1", "OPTIONS /chat HTTP/1.1", "get /chat HTTP/1.1"})
        CHECK(status({.line = line}) == "405");
    for (const char* line : {"GET / HTTP/1.1", "GET /cha HTTP/1.1", "GET //chat HTTP/1.1", "GET /CHAT HTTP/1.1",
                             "GET http://localhost/chat HTTP/1.1", "GET * HTTP/1.1"})
        CHECK(status({.line = line}) == "404");
    for (const char* line :
         {"GET /chat", "GET  /chat HTTP/1.1", "GET /chat HTTP/2", "", "GET /chat HTTP/1.1 x", "\x16\x03"})
        CHECK(status({.line = line}) == "400");
    CHECK(status({.line = "GET /chat HTTP/1.0"}) == "426");
    CHECK(status({.upgrade = ""}) == "426");
    CHECK(status({.upgrade = "Upgrade: h2c\r\n"}) == "426");
    CHECK(status({.connection = ""}) == "426");
    CHECK(status({.connection = "Connection: close\r\n"}) == "426");
    for (const char* version :
         {"", "Sec-WebSocket-Version: 8\r\n", "Sec-WebSocket-Version: 13, 8\r\n", "Sec-WebSocket-Version: 013\r\n",
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13\r\n"})
        CHECK(status({.version = version}) == "426");
    CHECK(answer_head(Head{.version = ""}.text(), {}).text.find("\r\nSec-WebSocket-Version: 13\r\n") !=
          std::string::npos);
}

TEST_CASE("WSK-3: a key is 16 bytes in base64, once") {
    for (const char* key : {"", "x", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ===", "dGhlIHNhbXBsZSBub25jZQQQ",
                            "dGhlIHNhbXBsZSBub25jZ=Q=", "dGhlIHNhbXBsZSBub25j*Q==",
                            "===================="
                            "===="})
        CHECK(status({.key = "Sec-WebSocket-Key: "s + key + "\r\n"}) == "400");
    CHECK(status({.key = ""}) == "400");
    CHECK(status({.more = Head{}.key}) == "400");
}

TEST_CASE("WSK-3: a request with a body is refused") {
    CHECK(status({.more = "Content-Length: 5\r\n"}) == "400");
    CHECK(status({.more = "Transfer-Encoding: chunked\r\n"}) == "400");
}

TEST_CASE("WSK-3: a head ends at 16 KiB") {
    const WebsocketRules rules;
    Head head;
    head.more = "X: " + std::string(longest_head - head.text().size() - 5, 'x') + "\r\n";
    REQUIRE(head.text().size() == longest_head);
    CHECK(Websocket{rules, 10}.take(bytes(head.text())).answer.starts_with("HTTP/1.1 101 "));
    head.more.insert(3, "x");
    Websocket socket{rules, 10};
    const auto step = socket.take(bytes(head.text()));
    CHECK(step.answer.starts_with("HTTP/1.1 431 "));
    CHECK(step.close);
    CHECK_FALSE(socket.open());
    Websocket endless{rules, 10};
    CHECK(endless.take(bytes("GET /chat HTTP/1.1\r\nX: " + std::string(20'000, 'x'))).close);
}

TEST_CASE("WSK-12: D-Bus at the HTTP port is refused with its first byte that no head has") {
    const WebsocketRules rules;
    for (const std::string& input : {"\0AUTH EXTERNAL 30\r\n"s, "l\1\0\1\0\0\0\0"s, "\x16\x03\x01\x02"s}) {
        Websocket socket{rules, 10};
        const auto step = socket.take(bytes(input));
        CHECK(step.close);
        CHECK(step.fault != nullptr);
        CHECK(step.used <= 2);
        CHECK(step.answer.starts_with("HTTP/1.1 400 "));
        CHECK_FALSE(socket.take(bytes(Head{}.text())).answer.starts_with("HTTP/1.1 101 "));
    }
}

TEST_CASE("a head may come byte by byte, and frames right behind it") {
    const WebsocketRules rules;
    Websocket socket{rules, 10};
    std::string answer;
    for (const std::byte byte : bytes(Head{}.text())) {
        CHECK_FALSE(socket.open());
        answer += socket.take(std::span{&byte, 1}).answer;
    }
    CHECK(socket.open());
    CHECK(answer == answer_head(Head{}.text(), rules).text);
    Websocket together{rules, 10};
    CHECK(together.take(bytes(Head{}.text() + "\x81\x82\0\0\0\0hi"s)).text == "hi");
}

}    // namespace
}    // namespace xm::rpcproxy
