#include "rpcproxy/json_message.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view types[] = {"", "request", "response", "error", "signal"};    // by number in D-Bus

struct Part {
    std::string_view key;
    std::string JsonMessage::* field;
    Fault missing;
    unsigned wanted;    // bit n: by messages of type n
};

constexpr unsigned request = 1u << 1, response = 1u << 2, error = 1u << 3, signal = 1u << 4;

// clang-format off
constexpr Part parts[] = {
    {"destination", &JsonMessage::destination, "no destination", request},
    {"path",        &JsonMessage::path,        "no path",        request | signal},
    {"interface",   &JsonMessage::interface,   "no interface",   request | signal},
    {"method",      &JsonMessage::member,      "no method",      request | signal},
    {"name",        &JsonMessage::name,        "no name",        error},
};
// clang-format on

std::optional<std::uint32_t> serial(std::uint64_t number) {
    if (number == 0 || number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(number);
}

class Reader {
public:
    explicit Reader(JsonTree tree) { message_.tree = std::move(tree); }

    ReadJson read() {
        const auto& nodes = message_.tree.nodes;
        if (nodes.front().kind != JsonKind::object) return {{}, "not an object"};
        for (std::uint32_t key = 1; key < nodes.size(); key = nodes[key + 1].after) {
            const Fault fault = take(message_.tree.text(nodes[key]), key + 1);
            if (fault != nullptr) return {{}, fault};
        }
        const Fault fault = incomplete();
        if (fault != nullptr) return {{}, fault};
        return {std::move(message_), nullptr};
    }

private:
    Fault take(std::string_view key, std::uint32_t at) {
        const JsonNode& node = message_.tree.nodes[at];
        if (key == "type") return take_type(node);
        if (key == "id") return take_id(node);
        if (key == "response-to") return take_response_to(node);
        if (key == "args") return take_args(node, at);
        if (key == "dbus-signature") return take_signature(node);
        const auto part = std::ranges::find(parts, key == "member" ? "method" : key, &Part::key);
        return part == std::end(parts) ? nullptr : take_text(node, message_.*part->field);
    }

    Fault take_text(const JsonNode& node, std::string& field) const {
        if (node.kind != JsonKind::text || node.piece.size == 0) return "a name that is no text, or empty";
        if (!field.empty()) return "both method and member";
        field = message_.tree.text(node);
        return nullptr;
    }

    Fault take_type(const JsonNode& node) {
        if (node.kind != JsonKind::text || node.piece.size == 0) return "an unknown type";
        const auto type = std::ranges::find(types, message_.tree.text(node));
        if (type == std::end(types)) return "an unknown type";
        message_.type = static_cast<std::uint8_t>(type - std::begin(types));
        return nullptr;
    }

    Fault take_id(const JsonNode& node) {
        const auto id = node.kind == JsonKind::natural ? serial(node.natural) : std::nullopt;
        message_.id = id.value_or(0);
        return id ? nullptr : "an id that is not in 1..4294967295";
    }

    // A number, or a text of its digits, as our own answers have it.
    Fault take_response_to(const JsonNode& node) {
        std::optional<std::uint64_t> number;
        if (node.kind == JsonKind::natural) number = node.natural;
        if (node.kind == JsonKind::text) number = text::parse_number<std::uint64_t>(message_.tree.text(node));
        message_.response_to = number ? serial(*number).value_or(0) : 0;
        return message_.response_to != 0 ? nullptr : "a response-to that is not in 1..4294967295";
    }

    Fault take_args(const JsonNode& node, std::uint32_t at) {
        message_.args = at;
        return node.kind == JsonKind::array ? nullptr : "args that are no array";
    }

    Fault take_signature(const JsonNode& node) {
        if (node.kind != JsonKind::text) return "a dbus-signature that is no text";
        message_.signature = message_.tree.text(node);
        return nullptr;
    }

    Fault incomplete() const {
        const unsigned type = 1u << message_.type;
        if (message_.id == 0) return "no id";
        if (message_.args == 0) return "no args";
        if ((type & (response | error)) != 0 && message_.response_to == 0) return "no response-to";
        for (const Part& part : parts)
            if ((part.wanted & type) != 0 && (message_.*part.field).empty()) return part.missing;
        return nullptr;
    }

    JsonMessage message_;
};

}    // namespace

ReadJson read_json_message(std::string_view untrusted) {
    ReadTree read = read_tree(untrusted);
    if (read.fault != nullptr) return {{}, read.fault};
    return Reader{std::move(read.tree)}.read();
}

}    // namespace xm::rpcproxy
