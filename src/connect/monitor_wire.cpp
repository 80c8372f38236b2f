#include "connect/monitor_wire.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <nlohmann/json.hpp>

namespace xm::connect::wire {
namespace {

using Json = nlohmann::json;

std::string render(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

[[noreturn]] void refuse(const char* what, const char* expected) {
    fail(errors::bad_json, what, "expected {}", expected);
}

Json parse_object(std::string_view untrusted_body, const char* what) {
    Json json = Json::parse(untrusted_body, nullptr, false);
    if (!json.is_object()) refuse(what, "a JSON object");
    return json;
}

std::string string_member(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end() || !found->is_string()) refuse(name, "a string");
    return found->get<std::string>();
}

std::int64_t integer_member(const Json& object, const char* name, std::int64_t fallback) {
    const auto found = object.find(name);
    if (found == object.end()) return fallback;
    if (!found->is_number_integer()) refuse(name, "an integer");
    return found->get<std::int64_t>();
}

StringMap params_of(const Json& request) {
    StringMap params;
    const auto found = request.find("params");
    if (found == request.end() || found->is_null()) return params;
    if (!found->is_object()) refuse("params", "an object of strings");
    for (const auto& [name, value] : found->items()) {
        if (!value.is_string()) refuse("params", "an object of strings");
        params.emplace(name, value.get<std::string>());
    }
    return params;
}

template <class T>
T number_param(const StringMap& params, const char* name) {
    const auto found = params.find(name);
    const auto value = found == params.end() ? std::nullopt : text::parse_number<T>(found->second);
    if (!value) refuse(name, "a decimal number");
    return *value;
}

std::string text_param(const StringMap& params, const char* name) {
    const auto found = params.find(name);
    if (found == params.end()) refuse(name, "a string");
    return found->second;
}

}    // namespace

Header make_header(std::size_t size) {
    if (size == 0 || size > frame_limit)
        fail(errors::bad_json, "frame", "{} bytes is not within 1..{}", size, frame_limit);
    return {static_cast<unsigned char>(size >> 24), static_cast<unsigned char>(size >> 16),
            static_cast<unsigned char>(size >> 8), static_cast<unsigned char>(size)};
}

std::size_t body_size(const Header& h) {
    const std::size_t size =
        std::size_t{h[0]} << 24 | std::size_t{h[1]} << 16 | std::size_t{h[2]} << 8 | std::size_t{h[3]};
    make_header(size);
    return size;
}

std::string to_text(const Request& request) {
    return render({{"jsonrpc", "2.0"}, {"id", request.id}, {"method", request.method}, {"params", request.params}});
}

std::string to_text(const Reply& reply) {
    Json json{{"jsonrpc", "2.0"}, {"id", reply.id}, {"events", reply.events}};
    if (reply.error)
        json["error"] = {{"code", reply.error->code}, {"message", reply.error->message}};
    else
        json["result"] = reply.result ? Json(*reply.result) : Json(nullptr);
    return render(json);
}

std::string to_text(const Notification& notification) {
    const StringMap params{{"code", std::to_string(notification.code)},
                           {"message", notification.message},
                           {"facts", notification.facts},
                           {"number", std::to_string(notification.number)}};
    return render({{"jsonrpc", "2.0"}, {"method", "notify"}, {"params", params}});
}

Request parse_request(std::string_view untrusted_body) {
    const Json json = parse_object(untrusted_body, "request");
    return {.method = string_member(json, "method"), .params = params_of(json), .id = integer_member(json, "id", 0)};
}

Reply parse_reply(std::string_view untrusted_body) {
    const Json json = parse_object(untrusted_body, "reply");
    Reply reply{
        .id = integer_member(json, "id", 0), .result = {}, .error = {}, .events = integer_member(json, "events", 0)};
    if (const auto error = json.find("error"); error != json.end()) {
        if (!error->is_object()) refuse("error", "an object");
        reply.error = {.code = static_cast<int>(integer_member(*error, "code", -32000)),
                       .message = string_member(*error, "message")};
    } else if (const auto result = json.find("result"); result == json.end()) {
        refuse("reply", "a result or an error");
    } else if (!result->is_null()) {
        reply.result = string_member(json, "result");
    }
    return reply;
}

Notification parse_notification(std::string_view untrusted_body) {
    const Json json = parse_object(untrusted_body, "notification");
    if (string_member(json, "method") != "notify") refuse("method", "notify");
    const StringMap params = params_of(json);
    return {.code = number_param<int>(params, "code"),
            .message = text_param(params, "message"),
            .facts = text_param(params, "facts"),
            .number = number_param<std::int64_t>(params, "number")};
}

}    // namespace xm::connect::wire
