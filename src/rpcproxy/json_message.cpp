#include "rpcproxy/json_message.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view type_names[] = {"", "request", "response", "error", "signal"};    // by JsonType

struct Part {
    std::string_view key;
    std::string JsonMessage::* field;
    Fault missing;
    unsigned wanted;    // bits of the types that need it
};

constexpr unsigned bit(JsonType type) { return 1u << static_cast<unsigned>(type); }
constexpr unsigned by_requests = bit(JsonType::request), by_errors = bit(JsonType::error);
constexpr unsigned by_both = by_requests | bit(JsonType::signal);    // requests and signals

// clang-format off
constexpr Part parts[] = {
    {"destination", &JsonMessage::destination, "no destination", by_requests},
    {"path",        &JsonMessage::path,        "no path",        by_both},
    {"interface",   &JsonMessage::interface,   "no interface",   by_both},
    {"method",      &JsonMessage::member,      "no method",      by_both},
    {"name",        &JsonMessage::name,        "no name",        by_errors},
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
        const auto type = std::ranges::find(type_names, message_.tree.text(node));
        if (type == std::end(type_names)) return "an unknown type";
        message_.type = static_cast<JsonType>(type - std::begin(type_names));
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
        const JsonType type = message_.type;
        const bool answers = type == JsonType::response || type == JsonType::error;
        if (message_.id == 0) return "no id";
        if (message_.args == 0) return "no args";
        if (answers && message_.response_to == 0) return "no response-to";
        for (const Part& part : parts)
            if ((part.wanted & bit(type)) != 0 && (message_.*part.field).empty()) return part.missing;
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
