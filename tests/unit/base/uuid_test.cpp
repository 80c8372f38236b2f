#include "base/uuid.hpp"

#include <catch2/catch.hpp>

using xm::Uuid;

TEST_CASE("a uuid is read in either case and written in lower case") {
    const auto uuid = Uuid::parse("ABCDEF01-2345-6789-abcd-EF0123456789");
    REQUIRE(uuid);
    CHECK(uuid->text() == "abcdef01-2345-6789-abcd-ef0123456789");
    CHECK(uuid->path_form() == "abcdef01_2345_6789_abcd_ef0123456789");
    CHECK(Uuid::parse_path_form(uuid->path_form()) == uuid);
}

TEST_CASE("text that is not exactly 8-4-4-4-12 hexadecimal digits is no uuid") {
    for (const auto* text : {"", "abcdef01-2345-6789-abcd-ef012345678", "abcdef01-2345-6789-abcd-ef01234567890",
                             "abcdef01_2345_6789_abcd_ef0123456789", "gbcdef01-2345-6789-abcd-ef0123456789",
                             "abcdef0-12345-6789-abcd-ef0123456789", "{bcdef01-2345-6789-abcd-ef0123456789"}) {
        INFO(text);
        CHECK_FALSE(Uuid::parse(text));
    }
}

TEST_CASE("random uuids differ and say that they are random") {
    const auto one = Uuid::random();
    CHECK(one != Uuid::random());
    CHECK(one.text()[14] == '4');
    CHECK(std::string{"89ab"}.find(one.text()[19]) != std::string::npos);
    CHECK(Uuid{}.is_nil());
    CHECK_FALSE(one.is_nil());
}
