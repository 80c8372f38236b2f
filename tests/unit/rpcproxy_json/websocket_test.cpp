#include "rpcproxy/websocket.hpp"

#include "json_bytes.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace xm::rpcproxy {
namespace {

using namespace std::string_literals;

constexpr std::size_t limit = 1000;

// A frame as a client sends it; first byte: 0x80 final, 0x70 reserved, then the opcode.
std::string frame(int first, const std::string& payload, const std::string& mask = "\x12\x34\x56\x78") {
    std::string head{static_cast<char>(first)};
    if (payload.size() <= 125) {
        head += static_cast<char>(0x80 | payload.size());
    } else {
        head += static_cast<char>(0x80 | 126);
        head += static_cast<char>(payload.size() >> 8);
        head += static_cast<char>(payload.size() & 0xff);
    }
    std::string masked = payload;
    for (std::size_t i = 0; i < masked.size(); ++i)
        masked[i] = static_cast<char>(masked[i] ^ mask[i % 4]);
    return head + mask + masked;
}

// An open websocket that keeps what came out of it.
struct Talk {
    WebsocketRules rules{};
    Websocket socket{rules, limit};
    std::vector<std::string> texts{};
    std::string answer{};
    std::string fault{};
    bool closed = false;

    Talk() {
        say("GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        REQUIRE(socket.open());
        answer.clear();
    }

    void say(const std::string& input, std::size_t piece = 1u << 20) {
        const auto all = bytes(input);
        std::size_t at = 0;
        while (at < all.size() && !closed) {
            const auto step = socket.take(Bytes{all}.subspan(at, std::min(piece, all.size() - at)));
            at += step.used;
            if (step.text) texts.push_back(*step.text);
            answer += step.answer;
            closed = step.close;
            if (step.fault != nullptr) fault = step.fault;
        }
    }

    bool closed_with(int code) const {
        return closed && answer == "\x88\x02"s + static_cast<char>(code >> 8) + static_cast<char>(code & 0xff);
    }
};

TEST_CASE("texts arrive whole, in pieces of any size") {
    const auto piece = GENERATE(1u, 2u, 3u, 7u, 1000u);
    Talk talk;
    const std::string longer(300, 'y');
    talk.say(frame(0x81, "hello") + frame(0x81, "") + frame(0x81, longer), piece);
    CHECK(talk.texts == std::vector<std::string>{"hello", "", longer});
    CHECK(talk.answer.empty());
    CHECK_FALSE(talk.closed);
}

TEST_CASE("our frames have the shortest length that fits") {
    CHECK(in_websocket("") == "\x81\0"s);
    CHECK(in_websocket("hi") == "\x81\2hi");
    CHECK(in_websocket(std::string(125, 'x')).starts_with("\x81\x7d"));
    CHECK(in_websocket(std::string(126, 'x')).starts_with("\x81\x7e\0\x7e"s));
    CHECK(in_websocket(std::string(65535, 'x')).starts_with("\x81\x7e\xff\xff"));
    CHECK(in_websocket(std::string(65536, 'x')).starts_with("\x81\x7f\0\0\0\0\0\1\0\0"s));
    CHECK(in_websocket(std::string(65536, 'x')).size() == 65546);
}

TEST_CASE("WSK-4: a frame without mask closes with 1002") {
    Talk talk;
    talk.say("\x81\2hi");
    CHECK(talk.closed_with(1002));
    CHECK(talk.fault == "a frame without mask");
    CHECK(talk.texts.empty());
}

TEST_CASE("WSK-5: reserved bits and unknown opcodes close with 1002") {
    for (const int first : {0xc1, 0xa1, 0x91, 0xf1, 0x83, 0x84, 0x85, 0x86, 0x87, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f}) {
        Talk talk;
        talk.say(frame(first, "hi"));
        INFO(first);
        CHECK(talk.closed_with(1002));
    }
}

TEST_CASE("a binary frame closes with 1003") {
    Talk talk;
    talk.say(frame(0x82, "hi"));
    CHECK(talk.closed_with(1003));
}

TEST_CASE("WSK-6: a control frame is short and whole") {
    for (const int first : {0x88, 0x89, 0x8a}) {
        Talk longer;
        longer.say(frame(first, std::string(126, 'x')));
        CHECK(longer.closed_with(1002));
        Talk fragment;
        fragment.say(frame(first & 0x0f, "x"));
        CHECK(fragment.closed_with(1002));
    }
}

TEST_CASE("WSK-6: a ping is echoed, a pong is not answered") {
    Talk talk;
    talk.say(frame(0x89, "echo") + frame(0x8a, "x") + frame(0x89, std::string(125, 'y')) + frame(0x89, ""), 5);
    CHECK(talk.answer == "\x8a\4echo\x8a\x7d" + std::string(125, 'y') + "\x8a\0"s);
    CHECK_FALSE(talk.closed);
}

TEST_CASE("WSK-7: fragments are joined, with pings between them") {
    Talk talk;
    talk.say(frame(0x01, "one ") + frame(0x89, "p") + frame(0x00, "two ") + frame(0x00, "") + frame(0x80, "three"), 4);
    CHECK(talk.texts == std::vector<std::string>{"one two three"});
    CHECK(talk.answer == "\x8a\1p");
}

TEST_CASE("WSK-7: fragments out of order close with 1002") {
    for (const std::string& input :
         {frame(0x80, "x"), frame(0x00, "x"), frame(0x01, "x") + frame(0x81, "y"), frame(0x01, "x") + frame(0x01, "y"),
          frame(0x01, "x") + frame(0x82, "y"), frame(0x01, "x") + frame(0x80, "y") + frame(0x80, "z")}) {
        Talk talk;
        talk.say(input);
        CHECK(talk.closed_with(1002));
    }
}

TEST_CASE("WSK-8: a text that is not UTF-8 closes with 1007") {
    for (const char* text : {"\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "a\x80"}) {
        Talk talk;
        talk.say(frame(0x81, text));
        CHECK(talk.closed_with(1007));
        CHECK(talk.texts.empty());
    }
}

TEST_CASE("WSK-8: a character may be split over fragments, a broken one may not hide there") {
    Talk good;
    good.say(frame(0x01, "\xe2") + frame(0x00, "\x82") + frame(0x80, "\xac"));
    CHECK(good.texts == std::vector<std::string>{"\xe2\x82\xac"});
    Talk bad;
    bad.say(frame(0x01, "\xe2\x82") + frame(0x80, "x"));
    CHECK(bad.closed_with(1007));
}

TEST_CASE("WSK-9: a text over the limit closes with 1009 as soon as it is announced") {
    Talk fits;
    fits.say(frame(0x81, std::string(limit, 'x')));
    CHECK(fits.texts.size() == 1);
    for (const std::string& input :
         {"\x81\xfe\x03\xe9\0\0\0\0"s, "\x81\xff\0\0\0\1\0\0\0\0\0\0\0\0"s, "\x81\xff\x80\0\0\0\0\0\0\0\0\0\0\0"s,
          "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0"s}) {
        Talk talk;
        talk.say(input);
        CHECK(talk.closed_with(1009));
    }
}

TEST_CASE("WSK-9: fragments count together") {
    Talk talk;
    talk.say(frame(0x01, std::string(600, 'x')) + frame(0x00, std::string(400, 'x')));
    CHECK_FALSE(talk.closed);
    talk.say(frame(0x00, "x"));
    CHECK(talk.closed_with(1009));
    Talk endless;
    for (int i = 0; i < 10'000; ++i)
        endless.say(frame(i == 0 ? 0x01 : 0x00, ""));
    CHECK_FALSE(endless.closed);
}

TEST_CASE("WSK-10: a close is answered once, and nothing is read after it") {
    Talk talk;
    talk.say(frame(0x81, "before") +
             frame(0x88,
                   "\x03\xe8"
                   "bye") +
             frame(0x81, "after") + frame(0x89, "ping"));
    CHECK(talk.texts == std::vector<std::string>{"before"});
    CHECK(talk.closed_with(1000));
    CHECK(talk.fault.empty());
    CHECK_FALSE(talk.socket.open());
    const auto later = talk.socket.take(bytes(frame(0x88, "\x03\xe8")));
    CHECK(later.close);
    CHECK(later.answer.empty());
    CHECK(talk.socket.farewell().empty());
}

TEST_CASE("WSK-10: a close may have no code, but not half of one or one that must not be sent") {
    Talk empty;
    empty.say(frame(0x88, ""));
    CHECK(empty.answer == "\x88\0"s);
    CHECK(empty.closed);
    for (const std::string& wrong : {"\x03"s, "\0\0"s, "\x03\xe7"s, "\x03\xec"s, "\x03\xed"s, "\x03\xee"s, "\x03\xf7"s,
                                     "\x0b\xb7"s, "\x13\x88"s, "\xff\xff"s}) {
        Talk talk;
        talk.say(frame(0x88, wrong));
        CHECK(talk.closed_with(1002));
    }
    Talk text;
    text.say(frame(0x88, "\x03\xe8\xff"));
    CHECK(text.closed_with(1007));
}

TEST_CASE("WSK-11: whoever owes the rest of something is told from whoever is silent") {
    const WebsocketRules rules;
    CHECK(Websocket{rules, limit}.incomplete());
    Talk talk;
    CHECK_FALSE(talk.socket.incomplete());
    const std::string text = frame(0x01, "a");
    for (std::size_t i = 0; i < text.size(); ++i) {
        talk.say(text.substr(i, 1));
        CHECK(talk.socket.incomplete());
    }
    talk.say(frame(0x80, "b"));
    CHECK_FALSE(talk.socket.incomplete());
}

TEST_CASE("we say that we are going away once") {
    Talk talk;
    CHECK(talk.socket.farewell() == "\x88\x02\x03\xe9");
    CHECK(talk.socket.farewell().empty());
    talk.say(frame(0x81, "x"));
    CHECK(talk.closed);
    CHECK(talk.texts.empty());
}

}    // namespace
}    // namespace xm::rpcproxy
