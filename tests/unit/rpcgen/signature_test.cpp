#include "rpcgen/signature.hpp"

#include <catch2/catch.hpp>

using namespace xm::rpcgen;

namespace {

std::string cpp(std::string_view signature) {
    const auto parsed = parse_signature(signature);
    REQUIRE(parsed.problem.empty());
    REQUIRE(parsed.types.size() == 1);
    return cpp_type(parsed.types.front());
}

std::string repeated(char c, std::size_t times) { return std::string(times, c); }

}    // namespace

TEST_CASE("each basic type has its C++ type") {
    const std::pair<const char*, const char*> rows[] = {
        {"b", "bool"},         {"y", "std::uint8_t"},  {"n", "std::int16_t"},    {"q", "std::uint16_t"},
        {"i", "std::int32_t"}, {"u", "std::uint32_t"}, {"x", "std::int64_t"},    {"t", "std::uint64_t"},
        {"d", "double"},       {"s", "std::string"},   {"o", "bus::ObjectPath"}, {"g", "bus::Signature"},
        {"h", "bus::UnixFd"},  {"v", "bus::Variant"},
    };
    for (const auto& [signature, type] : rows)
        CHECK(cpp(signature) == type);
}

TEST_CASE("containers nest") {
    CHECK(cpp("as") == "std::vector<std::string>");
    CHECK(cpp("a{s(iav)}") == "std::map<std::string, std::tuple<std::int32_t, std::vector<bus::Variant>>>");
    CHECK(cpp("aa{ss}") == "std::vector<std::map<std::string, std::string>>");
}

TEST_CASE("several complete types stand side by side") { CHECK(parse_signature("sa{sv}(ii)").types.size() == 3); }

TEST_CASE("the empty type string is valid and holds nothing") {
    CHECK(parse_signature("").problem.empty());
    CHECK(parse_signature("").types.empty());
}

TEST_CASE("what the specification forbids is refused with a cure") {
    for (const auto* wrong :
         {"z", "a", "(", ")", "()", "(i", "{ss}", "a{s}", "a{sss}", "a{vs}", "a{(i)s}", "a{s", "e", " ", "\x80"}) {
        INFO(wrong);
        CHECK_FALSE(parse_signature(wrong).problem.empty());
        CHECK_FALSE(parse_signature(wrong).cure.empty());
        CHECK(parse_signature(wrong).types.empty());
    }
}

TEST_CASE("the limits of depth and length hold exactly") {
    CHECK(parse_signature(repeated('a', 32) + "y").problem.empty());
    CHECK_FALSE(parse_signature(repeated('a', 33) + "y").problem.empty());
    CHECK(parse_signature(repeated('(', 32) + "y" + repeated(')', 32)).problem.empty());
    CHECK_FALSE(parse_signature(repeated('(', 33) + "y" + repeated(')', 33)).problem.empty());
    CHECK(parse_signature(repeated('y', 255)).problem.empty());
    CHECK_FALSE(parse_signature(repeated('y', 256)).problem.empty());
}
