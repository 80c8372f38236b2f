#include "dbd/json.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

using namespace xm::dbd;
using Catch::Contains;

namespace {

std::string through(std::string_view json) {
    const Node node = parse_json(json, Path{});
    return to_json(&node);
}

}    // namespace

TEST_CASE("the writer's layout: two spaces, one member per line, trailing newline") {
    CHECK(through(R"({"a":"1","b":{"c":{},"d":[]},"e":null})") ==
          "{\n  \"a\": \"1\",\n  \"b\": {\n    \"c\": { },\n    \"d\": []\n  },\n  \"e\": null\n}\n");
    CHECK(through("{}") == "{ }\n");
    CHECK(to_json(nullptr) == "null\n");
}

TEST_CASE("arrays are laid out like objects and keep what they hold") {
    CHECK(through(R"({"a":[1, "x,]", {"k":[true,null], "l":{}}, []]})") ==
          "{\n  \"a\": [\n    1,\n    \"x,]\",\n    {\n      \"k\": [\n        true,\n        null\n      ],\n"
          "      \"l\": { }\n    },\n    []\n  ]\n}\n");
    CHECK(through(R"(["a\"b\\", "\u0001"])") == "[\n  \"a\\\"b\\\\\",\n  \"\\u0001\"\n]\n");
}

TEST_CASE("the writer escapes quotes, backslash, slash and control characters, nothing else") {
    CHECK(through(R"("\"\\\/\b\f\n\r\t\u0001\u001f")") == "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\"\n");
    CHECK(through("\"/storage/\xc3\xa4\x7f\"") == "\"\\/storage\\/\xc3\xa4\x7f\"\n");
}

TEST_CASE("integers are decimal with 64 bits, other numbers have six decimals") {
    CHECK(through("-9223372036854775808") == "-9223372036854775808\n");
    CHECK(through("9223372036854775807") == "9223372036854775807\n");
    CHECK(through("0.5") == "0.500000\n");
    CHECK(through("1e3") == "1000.000000\n");
}

TEST_CASE("surrogate pairs become one character") {
    CHECK(parse_json(R"("\ud83d\udda5")", Path{}).text == "\xf0\x9f\x96\xa5");
}

TEST_CASE("blank text is an empty tree") {
    CHECK(through("") == "{ }\n");
    CHECK(through(" \n\t") == "{ }\n");
}

TEST_CASE("what the writer writes, the reader reads back") {
    const std::string text = through(R"({"x":{"y":[1,{"z":"\u0007"}],"s":"a/b\\c"},"t":true,"n":-1.25})");
    CHECK(through(text) == text);
}

TEST_CASE("what is not strict JSON is refused with its place") {
    for (const char* bad : {"{", "{\"a\":01}", "{\"a\":1} x", "{'a':1}", "{\"a\":1,}", "[1,]", "\"\\ud83d\"",
                            "\"\xc3\"", "nul", "{\"a\":1e999}", "{\"a\" 1}", "\"\n\"", "NaN"}) {
        INFO(bad);
        CHECK_THROWS_WITH(parse_json(bad, Path::parse("/vm")), Contains("bad_json") && Contains("/vm"));
    }
}

TEST_CASE("duplicate keys are refused, in arrays too") {
    CHECK_THROWS_WITH(parse_json(R"({"a":{"x":1,"x":2}})", Path{}), Contains("/a") && Contains("x occurs twice"));
    CHECK_THROWS_WITH(parse_json(R"([{"x":1,"x":2}])", Path{}), Contains("twice"));
    CHECK_NOTHROW(parse_json(R"({"a":{"x":1},"b":{"x":2}})", Path{}));
}

TEST_CASE("names and values that a request could not write are refused in JSON too, by path") {
    const Path at = Path::parse("/vm/u");
    CHECK_THROWS_WITH(parse_json(R"({"a":{"b/c":"x"}})", at), Contains("bad_path") && Contains("/vm/u/a/b/c"));
    CHECK_THROWS_WITH(parse_json(R"({"":"x"})", at), Contains("bad_path"));
    CHECK_THROWS_WITH(parse_json(R"({"a\nb":"x"})", at), Contains("bad_path"));
    CHECK_THROWS_WITH(parse_json(R"({"a":"x\u0000"})", at), Contains("bad_value") && Contains("/vm/u/a"));
    CHECK_THROWS_WITH(parse_json("{\"a\":\"" + std::string(Limits::value + 1, 'x') + "\"}", at), Contains("bad_value"));
}

TEST_CASE("nesting is limited, counted from the root of the tree") {
    const auto nested = [](int levels, const char* open, const char* close) {
        std::string text;
        for (int i = 0; i < levels; ++i)
            text += open;
        text += "1";
        for (int i = 0; i < levels; ++i)
            text += close;
        return text;
    };
    CHECK_NOTHROW(parse_json(nested(32, "{\"a\":", "}"), Path{}));
    CHECK_THROWS_WITH(parse_json(nested(33, "{\"a\":", "}"), Path{}), Contains("32 levels"));
    CHECK_THROWS_WITH(parse_json(nested(32, "{\"a\":", "}"), Path::parse("/vm")), Contains("32 levels"));
    CHECK_THROWS_WITH(parse_json(nested(100000, "[", "]"), Path{}), Contains("nested too deeply"));
}
