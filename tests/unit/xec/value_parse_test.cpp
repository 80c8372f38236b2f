#include "xec/value_parse.hpp"

#include "base/failure.hpp"
#include "xec/value_print.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

using namespace xm;
using namespace xm::xec;

namespace {

struct Good {
    const char* type;
    const char* text;
    const char* shown;    // by to_inline
};

struct Bad {
    const char* type;
    const char* text;
};

bus::Variant parse(std::string_view type, std::string_view text) { return parse_value(type, text, "argument 1"); }

std::string complaint(std::string_view type, std::string_view text) {
    try {
        parse(type, text);
    } catch (const Failure& failure) {
        return failure.what();
    }
    return "accepted";
}

// clang-format off
constexpr Good good[] = {
    {"y", "255", "255"},
    {"n", "-32768", "-32768"},
    {"q", "65535", "65535"},
    {"i", "-5", "-5"},
    {"u", "4294967295", "4294967295"},
    {"x", "-9223372036854775808", "-9223372036854775808"},
    {"t", "18446744073709551615", "18446744073709551615"},
    {"d", "2", "2.0"},
    {"d", "-2.50", "-2.5"},
    {"d", "1e300", "1e+300"},
    {"b", "true", "true"},
    {"b", "0", "false"},
    {"s", " a \"b\" [c] ", "\" a \\\"b\\\" [c] \""},
    {"s", "", "\"\""},
    {"s", "-5", "\"-5\""},
    {"o", "/vm/1", "\"/vm/1\""},
    {"g", "a{sv}", "\"a{sv}\""},
    {"v", "i:5", "i:5"},
    {"v", "s:a:b", "s:\"a:b\""},
    {"v", "s:", "s:\"\""},
    {"v", "b:true", "b:true"},
    {"v", "as:['a', \"b\"]", "as:[\"a\", \"b\"]"},
    {"v", "v:v:u:7", "v:v:u:7"},
    {"v", "v:s:verbatim text", "v:s:\"verbatim text\""},
    {"ai", "[]", "[]"},
    {"ai", " [ 1 ,2,  -3 ] ", "[1, 2, -3]"},
    {"as", "['it\\'s', \"a \\\\ b\", 'c\"d']", "[\"it's\", \"a \\\\ b\", \"c\\\"d\"]"},
    {"as", "['\\n']", "[\"\\\\n\"]"},
    {"aai", "[[1],[],[2,3]]", "[[1], [], [2, 3]]"},
    {"ay", "[104, 105]", "\"hi\""},
    {"ay", "\"h\\x00i\\x5c\"", "\"h\\x00i\\x5c\""},
    {"(is)", "[1, 'x']", "[1, \"x\"]"},
    {"a{si}", "{'a':1 , \"b\" : 2}", "{\"a\": 1, \"b\": 2}"},
    {"a{ss}", "{}", "{}"},
    {"a{sv}", "{'a': i:1, 'b': s:'x', 'c': a{sv}:{'d': ay:[0]}}",
              "{\"a\": i:1, \"b\": s:\"x\", \"c\": a{sv}:{\"d\": ay:\"\\x00\"}}"},
    {"a(oa{ud})", "[['/a', {1: 0.5}]]", "[[\"/a\", {1: 0.5}]]"},
};

constexpr Bad bad[] = {
    {"y", "256"}, {"y", "-1"}, {"i", "5x"}, {"i", ""}, {"i", "+5"}, {"i", " "}, {"i", "0x10"}, {"u", "-1"},
    {"i", "1 2"}, {"x", "9223372036854775808"}, {"d", "abc"}, {"d", "1.5.2"}, {"d", "inf"}, {"d", "nan"}, {"d", "1e999"},
    {"b", "yes"}, {"b", "truely"}, {"b", "10"}, {"o", "vm"}, {"o", "/vm/"}, {"g", "a"}, {"h", "-1"}, {"h", "99999"},
    {"v", "5"}, {"v", "i5"}, {"v", ":5"}, {"v", "ii:5"}, {"v", "i:x"}, {"v", "v:v:"},
    {"ai", "[1,]"}, {"ai", "[1 2]"}, {"ai", "[1"}, {"ai", "1]"}, {"ai", "[1]x"}, {"ai", "[[1]]"}, {"as", "[a]"},
    {"as", "['a]"}, {"ay", "\"\\xg0\""}, {"ay", "[256]"}, {"(is)", "[1]"}, {"(is)", "[1, 'x', 2]"}, {"(is)", "{1, 'x'}"},
    {"a{si}", "{'a'}"}, {"a{si}", "{'a':1"}, {"a{si}", "{1:1}"}, {"a{sv}", "{'a': 1}"},
};
// clang-format on

}    // namespace

TEST_CASE("values are read as their type says") {
    for (const auto& row : good) {
        INFO(row.type << " " << row.text);
        const auto value = parse(row.type, row.text);
        CHECK(value.signature == row.type);
        CHECK(to_inline(value) == row.shown);
    }
}

TEST_CASE("what is printed on one line is read back as the same value") {
    for (const auto& row : good) {
        if (row.type[0] == 's' || row.type[0] == 'o' || row.type[0] == 'g') continue;    // verbatim at the top level
        const auto value = parse("v", std::string{row.type} + ":" + row.text);
        const auto shown = to_inline(value);
        INFO(shown);
        const auto again = parse("a" + value.signature, "[" + shown + "]");
        CHECK(to_inline(again) == "[" + shown + "]");
    }
}

TEST_CASE("text that is not wholly a value of its type is refused") {
    for (const auto& row : bad) {
        INFO(row.type << " " << row.text);
        CHECK_THROWS_AS(parse(row.type, row.text), Failure);
    }
}

TEST_CASE("a refusal names the argument, what was expected and what was there") {
    CHECK(complaint("y", "300") ==
          "bad_value: argument 1: expected a whole number from 0 to 255, but here is '300'. "
          "See \"Values\" in --help for how values are written.");
    CHECK(complaint("as", "['a' 'b']").find("expected ',' or ']' after an element, but here is ''b']'") !=
          std::string::npos);
    CHECK(complaint("s", "\xff").find("argument 1: a text must be UTF-8, but here is '\\xff'") != std::string::npos);
    CHECK(complaint("as", "['\xff']").find("must be UTF-8") != std::string::npos);
    CHECK(complaint("s", std::string_view{"a\0b", 3}).find("zero byte") != std::string::npos);
}

TEST_CASE("values nested without end are refused") {
    std::string text;
    for (int i = 0; i < 100000; ++i)
        text += "v:";
    CHECK_THROWS_AS(parse("v", text + "i:1"), Failure);
    CHECK_THROWS_AS(parse("av", "[" + text + "i:1]"), Failure);
}

TEST_CASE("a descriptor is one that this process has open, and a copy of it") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const Fd read_end{ends[0]};
    Fd write_end{ends[1]};
    const auto value = parse("h", std::to_string(write_end.get()));
    const int copy = std::get<bus::UnixFd>(value.value).get();
    CHECK(copy != write_end.get());
    CHECK(::write(copy, "x", 1) == 1);
}

TEST_CASE("the number of arguments must be the method's") {
    const std::string one[] = {"1"};
    const std::string two[] = {"1", "x"};
    CHECK(parse_arguments("is", two).size() == 2);
    CHECK(parse_arguments("", {}).empty());
    CHECK_THROWS_WITH(parse_arguments("is", one), Catch::Contains("takes 2 arguments (is), but 1 is given"));
    CHECK_THROWS_WITH(parse_arguments("", two), Catch::Contains("takes 0 arguments (none), but 2 are given"));
    CHECK_THROWS_WITH(parse_arguments("si", two), Catch::Contains("argument 2"));
}
