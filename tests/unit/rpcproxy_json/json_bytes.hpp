#pragma once
// Texts as bytes and back, and one argument list marshalled by itself.

#include "rpcproxy/json_marshal.hpp"
#include "rpcproxy/json_tree.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

inline std::vector<std::byte> bytes(std::string_view text) {
    const auto all = std::as_bytes(std::span{text});
    return {all.begin(), all.end()};
}

// The arguments "[...]" as a body; the fault as text, empty if there is none.
struct Body {
    std::string signature;
    std::vector<std::byte> bytes;
    std::string fault;
};

inline Body body(std::string_view json, std::optional<std::string_view> signature = std::nullopt) {
    const ReadTree read = read_tree(json);
    if (read.fault != nullptr) return {{}, {}, read.fault};
    auto made = marshalled(read.tree, 0, signature);
    return {made.signature, made.body, made.fault == nullptr ? "" : made.fault};
}

}    // namespace xm::rpcproxy
