#pragma once
// MD5 (RFC 1321), for values that must come out as they always have. It protects nothing.

#include <array>
#include <cstdint>
#include <string_view>

namespace xm {

std::array<std::uint8_t, 16> md5(std::string_view text);

}    // namespace xm
