#pragma once
// What a peer says in one JSON object, with every part of the kind that it must have.
//
// request (also if there is no type): id destination path interface method args, may have dbus-signature
// response: id response-to args, may have dbus-signature; error: the same and name
// signal: id path interface method args, may have dbus-signature; `member` is another word for `method`
//
// Parts that a type does not need may be there and are ignored, if they are of the right kind; unknown parts always.

#include "rpcproxy/json_tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

enum class JsonType : std::uint8_t { request = 1, response, error, signal };    // numbered as in D-Bus messages

struct JsonMessage {
    JsonType type = JsonType::request;
    std::uint32_t id = 0;
    std::uint32_t response_to = 0;
    std::string destination, path, interface, member, name;    // not validated beyond being texts
    std::optional<std::string> signature;
    JsonTree tree;
    std::uint32_t args = 0;    // index of the array in the tree
};

struct ReadJson {
    JsonMessage message;
    Fault fault = nullptr;
};
ReadJson read_json_message(std::string_view untrusted);

}    // namespace xm::rpcproxy
