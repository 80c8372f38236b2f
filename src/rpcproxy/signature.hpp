#pragma once
// A type signature, read once: whether it is well-formed and, so that nobody searches for it again, where the element
// type of each array ends. D-Bus specification, "Type System".

#include "rpcproxy/message.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xm::rpcproxy {

// The specification's limits: arrays within arrays, structs within structs, and all of them, variants included.
inline constexpr int deepest_arrays = 32, deepest_structs = 32;
inline constexpr std::size_t deepest = 64;

class Signature {
public:
    // Types one after the other, at most 255 characters. A refused signature must not be used.
    Fault read(std::string_view text);

    std::string_view text() const { return text_; }
    std::size_t types() const { return types_; }                                    // complete types
    bool descriptors() const { return descriptors_; }                               // has type `h`
    std::size_t after_element(std::size_t array) const { return after_[array]; }    // array: index of the `a`

private:
    std::string_view text_{};
    std::size_t types_ = 0;
    bool descriptors_ = false;
    std::array<std::uint8_t, 256> after_;    // written for arrays alone; nothing else is read
};

}    // namespace xm::rpcproxy
