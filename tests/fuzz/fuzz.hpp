#pragma once
// What fuzz targets share: the input as text, and two expectations that end the program when they do not hold.

#include "base/failure.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace xm::fuzz {

inline std::string_view as_text(const std::uint8_t* data, std::size_t size) {
    return size == 0 ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(data), size};
}

inline void expect(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
}

// Bad input may be refused with a Failure and in no other way.
template <class Body>
bool accepts(Body&& body) try {
    body();
    return true;
} catch (const Failure&) {
    return false;
}

}    // namespace xm::fuzz
