#pragma once
// Reads that cannot leave the bytes of a message: all offsets of the reader live here. The first read that fails says
// why and from then on every read gives nothing, so that a caller asks for fault() once after a few reads.

#include "rpcproxy/message.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xm::rpcproxy {

inline std::string_view as_text(Bytes bytes) {
    return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

class Cursor {
public:
    Cursor(Bytes bytes, bool big_endian, std::size_t at)
        : bytes_{bytes}, at_{std::min(at, bytes.size())}, big_endian_{big_endian} {}

    std::size_t at() const { return at_; }
    std::size_t left() const { return bytes_.size() - at_; }
    Fault fault() const { return fault_; }
    void fail(Fault why) {
        if (fault_ == nullptr) fault_ = why;
    }

    // So many bytes, or none of them.
    Bytes take(std::size_t count) {
        if (fault_ != nullptr || count > left()) {
            fail("a value ends outside of its message");
            return {};
        }
        const Bytes taken = bytes_.subspan(at_, count);
        at_ += count;
        return taken;
    }

    // Values stand at multiples of their size, counted from the begin of the message; what lies between is zero.
    void align(std::size_t boundary) {
        const std::size_t gap = (boundary - at_ % boundary) % boundary;
        for (const std::byte padding : take(gap))
            if (padding != std::byte{}) fail("padding is not zero");
    }

    std::uint8_t byte() {
        const Bytes taken = take(1);
        return taken.empty() ? std::uint8_t{} : std::to_integer<std::uint8_t>(taken.front());
    }

    std::uint32_t number() {
        align(4);
        const Bytes taken = take(4);
        if (taken.empty()) return 0;
        const auto at = [&](std::size_t index) { return std::to_integer<std::uint32_t>(taken[index]); };
        if (big_endian_) return at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3);
        return at(3) << 24 | at(2) << 16 | at(1) << 8 | at(0);
    }

    std::string_view string() { return terminated(number()); }
    std::string_view signature() { return terminated(byte()); }

private:
    std::string_view terminated(std::size_t size) {
        const Bytes taken = take(size + 1);
        if (taken.empty()) return {};
        if (taken.back() != std::byte{}) fail("a string does not end with NUL");
        return as_text(taken.first(size));
    }

    Bytes bytes_;
    std::size_t at_;
    Fault fault_ = nullptr;
    bool big_endian_;
};

}    // namespace xm::rpcproxy
