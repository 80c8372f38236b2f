#include "xec/value_print.hpp"

#include "xec/value_json.hpp"
#include "xec/value_parse.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace xm;
using namespace xm::xec;

namespace {

struct Row {
    const char* type;
    const char* text;
    const char* printed;
    const char* json;
};

// clang-format off
constexpr Row rows[] = {
    {"i", "-5", "-5", "-5"},
    {"y", "65", "65", "65"},
    {"t", "18446744073709551615", "18446744073709551615", "18446744073709551615"},
    {"d", "5", "5.0", "5.0"},
    {"d", "0.1", "0.1", "0.1"},
    {"b", "1", "true", "true"},
    {"s", "a \"b\"", "a \"b\"", R"("a \"b\"")"},
    {"s", "日本", "日本", "\"日本\""},
    {"o", "/vm/1", "/vm/1", R"("/vm/1")"},
    {"v", "v:i:5", "5", "5"},
    {"as", "['a', 'b']", "a\nb", R"(["a","b"])"},
    {"as", "[]", "", "[]"},
    {"(is)", "[1, 'x']", "1\nx", R"([1,"x"])"},
    {"ay", "\"a\\x00\\xff\\x22\\x5cz\"", R"("a\x00\xff\x22\x5cz")", "[97,0,255,34,92,122]"},
    {"a{si}", "{'k': 1}", "{\n  \"k\"                            = 1\n}", R"({"k":1})"},
    {"a{is}", "{}", "{\n}", "{}"},
    {"a{ub}", "{7: true}", "{\n  \"7\"                            = true\n}", R"({"7":true})"},
    {"a{sv}", "{'list': as:['a', 'b']}", "{\n  \"list\"                         = a\n  b\n}", R"({"list":["a","b"]})"},
    {"aa{ss}", "[{'a': 'b'}, {}]", "{\n  \"a\"                            = b\n}\n{\n}", R"([{"a":"b"},{}])"},
};
// clang-format on

}    // namespace

TEST_CASE("values print as documented, as text and as JSON") {
    for (const auto& row : rows) {
        INFO(row.type << " " << row.text);
        const auto value = parse_value(row.type, row.text, "value");
        CHECK(to_text(value) == row.printed);
        CHECK(compact(to_json(value)) == row.json);
    }
}

TEST_CASE("keys of a dictionary fill 30 columns, wide characters counted as two") {
    const auto value = parse_value(
        "a{ss}", "{'a-key-of-some-length': 'x', '日本語': 'y', 'a-key-longer-than-thirty-columns': 'z'}", "v");
    CHECK(to_text(value) ==
          "{\n"
          "  \"a-key-of-some-length\"         = x\n"
          "  \"日本語\"                       = y\n"
          "  \"a-key-longer-than-thirty-columns\" = z\n"
          "}");
}

TEST_CASE("a dictionary inside a dictionary is indented") {
    const auto value = parse_value("a{sv}", "{'outer': a{ss}:{'inner': 'x'}}", "v");
    CHECK(to_text(value) ==
          "{\n"
          "  \"outer\"                        = {\n"
          "    \"inner\"                        = x\n"
          "  }\n"
          "}");
}

TEST_CASE("doubles keep a point or an exponent, and the strange ones their names") {
    CHECK(to_text({"d", 1e22}) == "1e+22");
    CHECK(to_text({"d", -0.0}) == "-0.0");
    CHECK(to_text({"d", HUGE_VAL}) == "inf");
    CHECK(to_text({"d", 100000.0}) == "100000.0");
    CHECK(compact(to_json({"d", std::nan("")})) == "null");
}

TEST_CASE("a descriptor is shown with what it refers to") {
    Fd null{::dup(0)};
    const bus::Variant value{"h", bus::UnixFd{std::move(null)}};
    CHECK(to_text(value).find(" (") != std::string::npos);
    CHECK(to_json(value).is_number());
}

TEST_CASE("results are null, the value or a list, by their number") {
    const bus::Variant one[] = {{"i", 1}};
    const bus::Variant two[] = {{"i", 1}, {"s", std::string{"x"}}};
    CHECK(compact(results_json({})) == "null");
    CHECK(compact(results_json(one)) == "1");
    CHECK(compact(results_json(two)) == R"([1,"x"])");
}

TEST_CASE("text that is no UTF-8 does not stop JSON") {
    CHECK(compact(to_json({"s", std::string{"a\xff"}})) == "\"a\xef\xbf\xbd\"");
}
