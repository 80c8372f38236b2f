#include "xec/terminal.hpp"

#include <catch2/catch.hpp>

using namespace xm::xec;

TEST_CASE("what could command a terminal is escaped, the rest stays") {
    CHECK(escape_control("plain, 日本, é, 😀") == "plain, 日本, é, 😀");
    CHECK(escape_control("\x1b]0;title\x07") == "\\u001b]0;title\\u0007");
    CHECK(escape_control("a\rb\x7f") == "a\\u000db\\u007f");
    CHECK(escape_control("\xc2\x9b"
                         "31m") == "\\u009b31m");    // C1: a CSI in one character
    CHECK(escape_control("\xe2\x80\xae"
                         "evil") == "\\u202eevil");    // right-to-left override
    CHECK(escape_control("\xe2\x81\xa6") == "\\u2066");
    CHECK(escape_control(std::string_view{"\0", 1}) == "\\u0000");
}

TEST_CASE("newlines and tabs stay only where the layout is ours") {
    CHECK(escape_control("a\n\tb") == "a\n\tb");
    CHECK(escape_control("a\n\tb", Newlines::escape) == "a\\u000a\\u0009b");
}

TEST_CASE("bytes that are no UTF-8 are shown as bytes") {
    CHECK(escape_control("\xff"
                         "a") == "\\xffa");
    CHECK(escape_control("\xc0\x9b") == "\\xc0\\x9b");             // overlong
    CHECK(escape_control("\xed\xa0\x80") == "\\xed\\xa0\\x80");    // surrogate
    CHECK(escape_control("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
    CHECK(escape_control("\xe6\x97") == "\\xe6\\x97");    // cut short
}

TEST_CASE("width counts columns, not bytes") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("") == 0);
    CHECK(display_width("日本語") == 6);
    CHECK(display_width("é") == 1);
    CHECK(display_width("e\xcc\x81") == 1);    // combining acute
    CHECK(display_width("한글") == 4);
    CHECK(display_width("\xff") == 1);
    CHECK(display_width("😀") == 2);
}

TEST_CASE("padding fills up to the width and never cuts") {
    CHECK(pad_right("日本", 6) == "日本  ");
    CHECK(pad_left("7", 3) == "  7");
    CHECK(pad_right("long text", 3) == "long text");
    CHECK(pad_left("long text", 3) == "long text");
}

TEST_CASE("text in a message is one line of limited length, cut between characters") {
    CHECK(quotable("it's \"日本\"\n") == "it's \"日本\"\\u000a");
    CHECK(quotable("abc日本", 4) == "abc...");
    CHECK(quotable("abc日本", 6) == "abc日...");
    CHECK(quotable(std::string(10, '\xbf'), 4) == "...");
}
