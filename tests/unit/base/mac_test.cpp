#include "base/mac.hpp"
#include "base/md5.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

using namespace xm;

namespace {

std::string digest(std::string_view text) {
    std::string digits;
    for (const auto byte : md5(text))
        digits += fmt::format("{:02x}", byte);
    return digits;
}

}    // namespace

TEST_CASE("MD5 is what RFC 1321 says") {
    CHECK(digest("") == "d41d8cd98f00b204e9800998ecf8427e");
    CHECK(digest("abc") == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(digest("abcdefghijklmnopqrstuvwxyz") == "c3fcd3d76192e4007dfb496cca67e13b");
    CHECK(digest("12345678901234567890123456789012345678901234567890123456789012345678901234567890") ==
          "57edf4a22be3c955ac49da2e2107b67a");
}

TEST_CASE("a generated address stays the same for ever") {
    CHECK(generated_mac(1, *Uuid::parse("00000000-0000-0000-0000-000000000001")) == "f2:48:68:4f:d0:81");
}
