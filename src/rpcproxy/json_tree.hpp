#pragma once
// A JSON document as a flat list of values in the order of the text: 16 bytes a value, whatever its depth, so that a
// peer's document costs memory in proportion to its length and nothing walks or frees it by recursion.

#include "rpcproxy/message.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

enum class JsonKind : std::uint8_t { null, boolean, negative, natural, real, text, array, object };

struct JsonNode {
    struct Piece {
        std::uint32_t at, size;
    };
    union {
        bool boolean;             // kind boolean
        std::int64_t negative;    // below 0
        std::uint64_t natural;    // 0 and above
        double real;              // written with fraction or exponent, or too long for 64 bits; finite
        Piece piece;              // text
    };
    JsonKind kind = JsonKind::null;
    std::uint32_t after = 0;    // index behind this value and all that it contains
};
static_assert(sizeof(JsonNode) == 16);

// The content of an array or object at index i stands in i + 1 up to, without, nodes[i].after. Members of objects are
// two values each, the first one a text.
struct JsonTree {
    std::vector<JsonNode> nodes;    // the first is the document
    std::string texts;

    std::string_view text(const JsonNode& node) const {
        return std::string_view{texts}.substr(node.piece.at, node.piece.size);
    }
};

struct ReadTree {
    JsonTree tree;
    Fault fault = nullptr;    // then the tree is empty
};

// One document and nothing behind it. Refused: nesting deeper than 64, a key twice in an object, NUL characters, lone
// surrogates, bytes that are not UTF-8, numbers that no type holds. Integers keep every digit.
ReadTree read_tree(std::string_view untrusted);

}    // namespace xm::rpcproxy
