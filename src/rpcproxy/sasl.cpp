#include "rpcproxy/sasl.hpp"

#include "rpcproxy/cursor.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace xm::rpcproxy {
namespace {

constexpr std::size_t longest_line = 16 * 1024;
constexpr int most_refusals = 8;
constexpr std::size_t guid_digits = 32;

constexpr std::string_view rejected = "REJECTED EXTERNAL ANONYMOUS\r\n";
constexpr std::string_view not_now = "ERROR \"Unknown command or not now\"\r\n";

bool printable(char c) { return c >= 0x20 && c <= 0x7e; }

// The first word of a line, and what follows the blank after it.
struct Command {
    std::string_view word, rest;
};

Command command_of(std::string_view line) {
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return {line, {}};
    return {line.substr(0, blank), line.substr(blank + 1)};
}

std::string hex_of(std::string_view text) {
    std::string hex;
    for (const char c : text)
        hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return hex;
}

bool is_hex(std::string_view text) {
    return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}    // namespace

SaslServer::SaslServer(std::string guid, std::optional<std::string> uuid)
    : guid_{std::move(guid)}, uuid_{std::move(uuid)} {}

SaslServer::Step SaslServer::take(Bytes bytes) {
    Step step;
    for (const std::byte byte : bytes) {
        if (step.done || step.fault != nullptr) break;
        ++step.used;
        if (state_ == State::nul)
            take_first(byte, step);
        else
            take_next(static_cast<char>(byte), step);
    }
    return step;
}

void SaslServer::take_first(std::byte byte, Step& step) {
    if (byte != std::byte{}) step.fault = "the handshake does not begin with NUL";
    state_ = State::auth;
}

// A line ends with CR LF and with nothing else.
void SaslServer::take_next(char c, Step& step) {
    if (line_.ends_with('\r')) {
        if (c != '\n') {
            step.fault = "a line of the handshake has a CR in it";
            return;
        }
        const std::string line = std::exchange(line_, {});
        return take_line(std::string_view{line}.substr(0, line.size() - 1), step);
    }
    if (c != '\r' && !printable(c)) step.fault = "a line of the handshake has a byte that is not printable ASCII";
    if (line_.size() == longest_line) step.fault = "a line of the handshake is too long";
    line_ += c;
}

// The reference implementation's server, state by state, but for identities, which mean nothing here, and descriptors,
// which are never agreed upon.
void SaslServer::take_line(std::string_view line, Step& step) {
    const auto [word, rest] = command_of(line);
    if (word == "BEGIN") {
        step.done = state_ == State::begin && line == "BEGIN";
        if (!step.done) step.fault = "BEGIN is not alone on its line or not preceded by OK";
    } else if (word == "AUTH" && state_ == State::auth) {
        authenticate(rest, step);
    } else if (word == "DATA" && state_ == State::data) {
        accept(step);
    } else if (word == "ERROR" || (word == "CANCEL" && state_ != State::auth)) {
        state_ = State::auth;
        refuse(rejected, step);
    } else {
        refuse(not_now, step);
    }
}

// EXTERNAL without an identity asks to be asked for it.
void SaslServer::authenticate(std::string_view mechanism, Step& step) {
    const auto [name, identity] = command_of(mechanism);
    if (name == "EXTERNAL" && identity.empty()) {
        state_ = State::data;
        step.answer += "DATA\r\n";
    } else if (name == "EXTERNAL" || name == "ANONYMOUS") {
        accept(step);
    } else {
        refuse(rejected, step);
    }
}

void SaslServer::accept(Step& step) {
    state_ = State::begin;
    if (uuid_) step.answer += fmt::format("DATA {}\r\n", *std::exchange(uuid_, std::nullopt));
    step.answer += fmt::format("OK {}\r\n", guid_);
}

void SaslServer::refuse(std::string_view answer, Step& step) {
    step.answer += answer;
    if (++refused_ == most_refusals) step.fault = "too many lines of the handshake were refused";
}

std::string sasl_hello(std::optional<std::uint32_t> domid_for_extended_bus, std::uint32_t uid) {
    const std::string identity = std::to_string(domid_for_extended_bus.value_or(uid));
    const std::string_view mechanism = domid_for_extended_bus ? "DOMID" : "EXTERNAL";
    return std::string(1, '\0') + fmt::format("AUTH {} {}\r\nBEGIN\r\n", mechanism, hex_of(identity));
}

SaslAnswer sasl_answer(Bytes bytes) {
    const std::string_view text = as_text(bytes.first(std::min(bytes.size(), longest_line)));
    const std::size_t end = text.find("\r\n");
    if (end == std::string_view::npos)
        return {.fault = text.size() == longest_line ? "the bus's answer is too long" : nullptr};
    const std::string_view line = text.substr(0, end);
    if (!line.starts_with("OK ")) return {.fault = "the bus refused us"};
    const std::string_view guid = line.substr(3);
    if (guid.size() != guid_digits || !is_hex(guid)) return {.fault = "the bus's OK has no guid"};
    return {.used = end + 2};
}

}    // namespace xm::rpcproxy
