#include "rpcgen/names.hpp"

#include <catch2/catch.hpp>

using namespace xm::rpcgen;

TEST_CASE("names follow the grammar of D-Bus") {
    for (const auto* name : {"a.b", "com.example.A1", "_a._b"})
        CHECK(is_interface_name(name));
    for (const auto* name : {"", "a", ".a", "a.", "a..b", "a.1b", "a-b.c", "a.b c"})
        CHECK_FALSE(is_interface_name(name));
    CHECK(is_member_name("Run_2"));
    for (const auto* name : {"", "2run", "a-b", "a.b", "\xc3\xa9"})
        CHECK_FALSE(is_member_name(name));
    CHECK(is_property_name("max-speed"));
    CHECK_FALSE(is_property_name("-speed"));
}

TEST_CASE("no name is longer than 255 characters") {
    CHECK(is_member_name(std::string(255, 'a')));
    CHECK_FALSE(is_member_name(std::string(256, 'a')));
    CHECK_FALSE(is_interface_name("a." + std::string(254, 'a')));
}

TEST_CASE("names become identifiers, and keywords are known") {
    CHECK(identifier("amt-capable.v2") == "amt_capable_v2");
    CHECK(without_prefix("com.example.a.b", "com.example.") == "a.b");
    CHECK(without_prefix("org.other", "com.example.") == "org.other");
    for (const auto* word : {"delete", "switch", "xor_eq", "EOF", "co_await"})
        CHECK(is_reserved(word));
    for (const auto* word : {"Delete", "switch_", "name", ""})
        CHECK_FALSE(is_reserved(word));
}
