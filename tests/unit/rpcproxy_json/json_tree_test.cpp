#include "rpcproxy/json_tree.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>

namespace xm::rpcproxy {
namespace {

std::string fault(std::string_view json) {
    const ReadTree read = read_tree(json);
    CHECK((read.fault == nullptr || read.tree.nodes.empty()));
    return read.fault == nullptr ? "" : read.fault;
}

JsonNode only(std::string_view json) {
    const ReadTree read = read_tree(json);
    REQUIRE(read.fault == nullptr);
    REQUIRE(read.tree.nodes.size() == 1);
    return read.tree.nodes.front();
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST_CASE("JSN-1: integers keep every digit") {
    CHECK(only("9223372036854775807").natural == std::numeric_limits<std::int64_t>::max());
    CHECK(only("-9223372036854775808").negative == std::numeric_limits<std::int64_t>::min());
    CHECK(only("18446744073709551615").natural == std::numeric_limits<std::uint64_t>::max());
    CHECK(only("9007199254740993").natural == 9007199254740993);
    CHECK(only("-0").kind == JsonKind::natural);
    CHECK(only("18446744073709551616").kind == JsonKind::real);
    CHECK(only("1.0").kind == JsonKind::real);
    CHECK(only("1e2").kind == JsonKind::real);
}

TEST_CASE("JSN-4: what is no finite number is refused") {
    for (const char* json : {"NaN", "Infinity", "-Infinity", "nan", "1e", "01", "+1", ".5", "0x10", "1_000"})
        CHECK(fault(json) == "not JSON");
    CHECK(fault("1e400") == "a number is beyond every type");
    CHECK(fault("[-1e400]") == "a number is beyond every type");
}

TEST_CASE("JSN-5: a key that stands twice is refused, however it is written and wherever it stands") {
    CHECK(fault(R"({"a":1,"a":1})") == "a key stands twice in an object");
    CHECK(fault(R"({"a":1,"b":2,"\u0061":3})") == "a key stands twice in an object");
    CHECK(fault(R"([{"x":{"":1,"":2}}])") == "a key stands twice in an object");
    CHECK(fault(R"({"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]})").empty());
}

TEST_CASE("JSN-6: 64 levels are read, one more is refused, and a million cost nothing") {
    CHECK(fault(nested(64)).empty());
    CHECK(fault(nested(65)) == "nested deeper than 64");
    CHECK(fault(std::string(1'000'000, '[')) == "nested deeper than 64");
    std::string objects;
    for (int i = 0; i < 100'000; ++i)
        objects += "{\"a\":";
    CHECK(fault(objects) == "nested deeper than 64");
}

TEST_CASE("JSN-7: what is not one JSON document is refused") {
    for (const char* json :
         {"", " ", "{", "}", "{}{}", "{} {}", "[1,]", "{\"a\"}", "'a'", "{a:1}", "// x\n1", "tru", "\"a"})
        CHECK(fault(json) == "not JSON");
    using namespace std::string_view_literals;
    CHECK(fault("{}\0{}"sv) == "not JSON");
    CHECK(fault("\0"sv) == "not JSON");
}

TEST_CASE("JSN-10: texts that are not Unicode, or hold NUL, are refused") {
    CHECK(fault(R"("a\u0000b")") == "a text contains a NUL character");
    CHECK(fault(R"({"a\u0000":1})") == "a text contains a NUL character");
    for (const char* json :
         {R"("\ud800")", R"("\udc00")", R"("\ud800\ud800")", R"("\ud800x")", "\"\xff\"", "\"\xc0\x80\"",
          "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "\"a\nb\"", "\"\x01\""})
        CHECK(fault(json) == "not JSON");
}

TEST_CASE("escapes become the characters that they stand for") {
    const ReadTree read = read_tree(R"("\u00e9\ud83d\ude00\n\/\"")");
    REQUIRE(read.fault == nullptr);
    CHECK(read.tree.text(read.tree.nodes.front()) == "\xc3\xa9\xf0\x9f\x98\x80\n/\"");
}

TEST_CASE("every value knows where the next one stands") {
    const ReadTree read = read_tree(R"([1,{"k":[true,null],"m":-2},"x",[]])");
    REQUIRE(read.fault == nullptr);
    const auto& nodes = read.tree.nodes;
    REQUIRE(nodes.size() == 11);
    CHECK(nodes[0].after == 11);
    CHECK(nodes[1].after == 2);
    CHECK(nodes[2].after == 9);
    CHECK(nodes[4].after == 7);
    CHECK(nodes[5].boolean);
    CHECK(nodes[8].negative == -2);
    CHECK(read.tree.text(nodes[7]) == "m");
    CHECK(read.tree.text(nodes[9]) == "x");
    CHECK(nodes[10].after == 11);
}

}    // namespace
}    // namespace xm::rpcproxy
