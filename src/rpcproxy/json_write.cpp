#include "rpcproxy/json_write.hpp"

#include "rpcproxy/json_body.hpp"
#include "rpcproxy/json_text.hpp"

#include <array>
#include <iterator>
#include <optional>
#include <utility>

namespace xm::rpcproxy {
namespace {

struct Member {
    std::string_view key;
    std::optional<std::string_view> Message::* field;
};

struct Shape {
    std::string_view type;
    std::array<Member, 4> members;    // in the order in which they are written
    bool answers;
};

// clang-format off
constexpr Shape shapes[] = {
    {},
    {.type = "request",
     .members = {{{"method", &Message::member}, {"destination", &Message::destination}, {"path", &Message::path},
                  {"interface", &Message::interface}}},
     .answers = false},
    {.type = "response", .members = {}, .answers = true},
    {.type = "error", .members = {{{"name", &Message::error_name}}}, .answers = true},
    {.type = "signal",
     .members = {{{"interface", &Message::interface}, {"member", &Message::member}, {"path", &Message::path}}},
     .answers = false},
};
// clang-format on

void append_member(std::string& text, std::string_view key, std::string_view value) {
    text += ',';
    append_quoted(text, key);
    text += ':';
    append_quoted(text, value);
}

}    // namespace

WrittenJson written_json(const Message& message, std::uint32_t id, std::size_t limit) {
    if (message.type == 0 || message.type >= std::size(shapes)) return {{}, "a message of an unknown type"};
    const Shape& shape = shapes[message.type];
    std::string text = "{\"id\":" + std::to_string(id);
    append_member(text, "type", shape.type);
    if (shape.answers) append_member(text, "response-to", std::to_string(message.reply_serial.value_or(0)));
    for (const Member& member : shape.members) {
        if (member.field == nullptr) break;
        if (!(message.*member.field)) return {{}, "a part is missing that JSON must say"};
        append_member(text, member.key, *(message.*member.field));
    }
    text += ",\"args\":";
    const Fault fault = append_body(text, message, limit);
    text += '}';
    if (fault != nullptr) return {{}, fault};
    if (text.size() > limit) return {{}, longer_than_limit};
    return {std::move(text), nullptr};
}

std::string written_error(const OwnError& error) {
    std::string text = "{\"id\":" + std::to_string(error.id);
    append_member(text, "type", "error");
    append_member(text, "response-to", std::to_string(error.response_to));
    append_member(text, "name", error.name);
    text += ",\"args\":[";
    append_quoted(text, error.why);
    return text + "]}";
}

}    // namespace xm::rpcproxy
