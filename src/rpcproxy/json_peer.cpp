#include "rpcproxy/json_peer.hpp"

#include "rpcproxy/json_marshal.hpp"
#include "rpcproxy/json_message.hpp"
#include "rpcproxy/json_signatures.hpp"
#include "rpcproxy/json_write.hpp"

#include <algorithm>
#include <utility>

namespace xm::rpcproxy {
namespace {

Outline outline(const JsonMessage& said) {
    return {.type = static_cast<std::uint8_t>(said.type),
            .flags = said.type == JsonType::request ? std::uint8_t{} : std::uint8_t{no_reply_expected},
            .serial = said.id,
            .path = said.path,
            .interface = said.interface,
            .member = said.member,
            .error_name = said.name,
            .destination = {},
            .sender = {},
            .reply_serial = 0};
}

}    // namespace

JsonPeer::JsonPeer(const JsonOptions& options) : options_{options}, stream_{options.frame} {
    if (options.websocket) websocket_.emplace(options.rules, options.frame);
}

bool JsonPeer::open() const { return !closed_ && (!websocket_ || websocket_->open()); }

bool JsonPeer::incomplete() const { return websocket_ ? websocket_->incomplete() : stream_.incomplete(); }

std::size_t JsonPeer::held() const { return websocket_ ? websocket_->held() : stream_.held(); }

std::string JsonPeer::farewell() {
    closed_ = true;
    return websocket_ ? websocket_->farewell() : std::string{};
}

JsonPeer::Step JsonPeer::take(Bytes bytes) {
    Step step;
    step.close = closed_;
    while (step.used < bytes.size() && !step.close && !step.pending) {
        const Bytes rest = bytes.subspan(step.used);
        if (websocket_)
            take_websocket(rest, step);
        else
            take_stream(rest, step);
    }
    closed_ = step.close;
    return step;
}

void JsonPeer::take_websocket(Bytes bytes, Step& step) {
    const Websocket::Step part = websocket_->take(bytes);
    step.used += part.used;
    step.answer += part.answer;
    step.close = part.close;
    step.fault = part.fault;
    if (part.text) take_text(*part.text, step);
}

void JsonPeer::take_stream(Bytes bytes, Step& step) {
    const TextStream::Step part = stream_.take(bytes);
    step.used += part.used;
    step.close = part.fault != nullptr;
    step.fault = part.fault;
    if (part.text) take_text(*part.text, step);
}

void JsonPeer::take_text(const std::string& text, Step& step) {
    const ReadJson read = read_json_message(text);
    if (read.fault != nullptr) return skip(step, read.fault);
    const JsonMessage& said = read.message;
    if (said.type != JsonType::request || said.signature) return translate(said, said.signature, step);
    if (const auto standard = standard_signature(said.interface, said.member)) return translate(said, standard, step);
    // Names are checked now, so that nobody is asked in a wrong name.
    Outline call = outline(said);
    call.destination = said.destination;
    const auto bytes = made(call, {}, {});
    if (const Fault fault = read_message(bytes).fault) return refuse(said, fault, step);
    step.pending = {.id = said.id,
                    .destination = said.destination,
                    .path = said.path,
                    .interface = said.interface,
                    .member = said.member,
                    .frame = text};
}

JsonPeer::Step JsonPeer::resolve(const Pending& pending, std::optional<std::string_view> signature) {
    Step step;
    const ReadJson read = read_json_message(pending.frame);
    if (read.fault != nullptr)
        skip(step, read.fault);
    else
        translate(read.message, signature, step);
    return step;
}

// Into a message that went through the one reader, like any peer's.
void JsonPeer::translate(const JsonMessage& said, std::optional<std::string_view> signature, Step& step) {
    Outline message = outline(said);
    auto asked = calls_.end();
    if (said.type == JsonType::response || said.type == JsonType::error) {
        asked = std::ranges::find(calls_, said.response_to, &Call::id);
        if (asked == calls_.end()) return skip(step, "an answer to no call that waits");
        message.destination = asked->caller;
        message.reply_serial = asked->serial;
    } else if (said.type == JsonType::request) {
        message.destination = said.destination;
    }
    const Marshalled arguments = marshalled(said.tree, said.args, signature);
    if (arguments.fault != nullptr) return refuse(said, arguments.fault, step);
    auto bytes = made(message, arguments.signature, arguments.body);
    if (const Fault fault = read_message(bytes).fault) return refuse(said, fault, step);
    if (asked != calls_.end()) calls_.erase(asked);
    step.messages.push_back(std::move(bytes));
}

void JsonPeer::skip(Step& step, Fault why) {
    if (!step.skipped.empty() && step.skipped.back().why == why)
        ++step.skipped.back().count;
    else
        step.skipped.push_back({.why = why});
}

// A request whose id is known is answered, so that its sender does not wait.
void JsonPeer::refuse(const JsonMessage& said, Fault why, Step& step) {
    skip(step, why);
    if (said.type == JsonType::request)
        step.answer += packed(written_error(
            {.id = next_id(), .response_to = said.id, .name = "org.freedesktop.DBus.Error.InvalidArgs", .why = why}));
}

std::string JsonPeer::packed(std::string text) const {
    return websocket_ ? in_websocket(text) : on_stream(std::move(text));
}

bool JsonPeer::is_waited_for(std::uint32_t id) const {
    return std::ranges::find(calls_, id, &Call::id) != calls_.end();
}

std::uint32_t JsonPeer::next_id() {
    do
        ++last_id_;
    while (last_id_ == 0 || is_waited_for(last_id_));
    return last_id_;
}

JsonPeer::Framed JsonPeer::frame(const Message& message) {
    if (!open()) return {{}, "the handshake is not over"};
    const bool waits = message.expects_reply();
    const std::uint32_t id = waits && is_waited_for(message.serial) ? next_id() : message.serial;
    WrittenJson written = written_json(message, id, options_.frame);
    if (written.fault != nullptr) return {instead(message), written.fault};
    if (waits) calls_.push_back({id, message.serial, std::string{message.sender.value_or("")}});
    if (calls_.size() > options_.waiting_calls) calls_.pop_front();
    return {packed(std::move(written.text)), nullptr};
}

// What the peer gets for an answer that has no shape in JSON.
std::string JsonPeer::instead(const Message& answer) {
    const auto type = static_cast<JsonType>(answer.type);    // others may have a reply serial too
    if (type != JsonType::response && type != JsonType::error) return {};
    return packed(written_error({.id = answer.serial,
                                 .response_to = answer.reply_serial.value_or(0),
                                 .name = answer.error_name.value_or("org.freedesktop.DBus.Error.Failed"),
                                 .why = "the answer is too long for JSON, or has no shape in it"}));
}

}    // namespace xm::rpcproxy
