#include "base/text.hpp"

#include <catch2/catch.hpp>

#include <cstdint>

using namespace xm;

TEST_CASE("trimming takes blanks, tabs and line ends from both sides only") {
    CHECK(text::trim(" \t a b\r\n") == "a b");
    CHECK(text::trim(" \n").empty());
    CHECK(text::trim("").empty());
}

TEST_CASE("splitting keeps empty parts") {
    CHECK(text::split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(text::split("", ',') == std::vector<std::string_view>{""});
    CHECK(text::split("a,", ',') == std::vector<std::string_view>{"a", ""});
}

TEST_CASE("a number is the whole text or nothing") {
    CHECK(text::parse_number<int>("-17") == -17);
    CHECK(text::parse_number<int>("ff", 16) == 255);
    for (const auto* wrong : {"", " 1", "1 ", "+1", "1x", "0x1", "99999999999"}) {
        INFO(wrong);
        CHECK_FALSE(text::parse_number<std::int32_t>(wrong));
    }
}

TEST_CASE("stored booleans have three spellings each and no others") {
    for (const auto* yes : {"true", "yes", "1"})
        CHECK(text::parse_bool(yes) == true);
    for (const auto* no : {"false", "no", "0"})
        CHECK(text::parse_bool(no) == false);
    for (const auto* other : {"", "True", "on", "2"})
        CHECK_FALSE(text::parse_bool(other));
}

TEST_CASE("text from outside is made harmless for a log line") {
    CHECK(text::escaped("plain text") == "plain text");
    CHECK(text::escaped("a\nb\"c\\d\x1b[0m") == "a\\x0ab\\x22c\\x5cd\\x1b[0m");
    CHECK(text::escaped("\xc3\xa4") == "\\xc3\\xa4");
    CHECK(text::escaped("abcdef", 3) == "abc...");
}

TEST_CASE("comparing without regard to case knows ASCII only") {
    CHECK(text::iequals("Win7", "wIN7"));
    CHECK_FALSE(text::iequals("win7", "win70"));
    CHECK_FALSE(text::iequals("\xc3\xa4", "\xc3\x84"));
}
