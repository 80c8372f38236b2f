#pragma once
// JSON values as the body of a D-Bus message, little-endian. Nothing is converted that does not fit: a value of another
// kind or out of range is an error, and so are more or fewer values than types.
//
// b: boolean. y n q i u x t: number without fraction, in range. d: number. s o g: text. a{KV}: object, K from the text
// of the key. a: array. v: text is s, boolean is b, a number without fraction is i, with fraction d. Structs and file
// descriptors have no JSON.
// Without a signature: boolean is b, text s, number u, array ay, object a{ss}.

#include "rpcproxy/json_tree.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

struct Marshalled {
    std::string signature;
    std::vector<std::byte> body;
    Fault fault = nullptr;
};

// args: index of an array in the tree. Paths and signatures among the values are not checked here.
Marshalled marshalled(const JsonTree& tree, std::uint32_t args, std::optional<std::string_view> signature);

}    // namespace xm::rpcproxy
