#include "rpcproxy/websocket.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

// Beast reads the HTTP head (websocket_head.cpp), but not the frames: its websocket::stream wants to own a stream and
// to wait on it, so that it would need an invented stream, a loop and a coroutine for each conversation, which is more
// than the frames themselves are without extensions.

namespace xm::rpcproxy {
namespace {

// RFC 6455, section 7.4.1
constexpr std::uint16_t going_away = 1001, protocol_error = 1002, unsupported = 1003, bad_text = 1007, too_big = 1009;

constexpr std::size_t longest_control = 125;

unsigned char number(char c) { return static_cast<unsigned char>(c); }
char byte(std::uint64_t number) { return static_cast<char>(static_cast<unsigned char>(number)); }

std::string framed(unsigned char opcode, std::string_view payload) {
    std::string frame{byte(0x80u | opcode)};
    const std::size_t size = payload.size();
    const int digits = size <= 125 ? 0 : size <= 0xffff ? 2 : 8;
    frame += byte(digits == 0 ? size : digits == 2 ? 126 : 127);
    for (int i = digits - 1; i >= 0; --i)
        frame += byte(std::uint64_t{size} >> 8 * i);
    return frame.append(payload);
}

std::string close_frame(std::uint16_t code) { return framed(8, std::string{byte(code >> 8), byte(code)}); }

// Codes that may stand in a frame.
bool is_close_code(unsigned code) {
    if (code >= 3000) return code <= 4999;
    return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

// What a frame's first two bytes may not say, whatever its length.
Fault wrong_header(unsigned char first, unsigned char second, bool fragmented) {
    const unsigned opcode = first & 0x0fu;
    if ((first & 0x70) != 0) return "reserved bits in a frame";
    if (opcode > 10 || (opcode > 2 && opcode < 8)) return "an unknown opcode";
    if ((second & 0x80) == 0) return "a frame without mask";
    if (opcode >= 8 && (first & 0x80) == 0) return "a fragmented control frame";
    if (opcode >= 8 && (second & 0x7f) > longest_control) return "a long control frame";
    if (opcode < 8 && (opcode == 0) != fragmented) return "fragments out of order";
    return nullptr;
}

}    // namespace

std::string in_websocket(std::string_view text) { return framed(1, text); }

std::string Websocket::farewell() {
    if (!open()) return {};
    state_ = State::closed;
    return close_frame(going_away);
}

void Websocket::end(Step& step, std::uint16_t code, Fault fault) {
    step.answer += close_frame(code);
    step.close = true;
    step.fault = fault;
    state_ = State::closed;
}

Websocket::Step Websocket::take(Bytes bytes) {
    Step step;
    while (step.used < bytes.size() && !step.close && !step.text) {
        const Bytes rest = bytes.subspan(step.used);
        switch (state_) {
            case State::head:
                take_head(rest, step);
                break;
            case State::header:
                take_header(rest.front(), step);
                break;
            case State::payload:
                take_payload(rest, step);
                break;
            case State::closed:
                step.close = true;
                break;
        }
    }
    return step;
}

void Websocket::take_head(Bytes bytes, Step& step) {
    HeadAnswer answer;
    for (const std::byte next : bytes) {
        const char c = static_cast<char>(next);
        ++step.used;
        head_ += c;
        if (number(c) < 0x20 && c != '\r' && c != '\n' && c != '\t')
            answer = refuse_bad_head();
        else if (head_.size() > longest_head)
            answer = refuse_long_head();
        else if (head_.ends_with("\r\n\r\n"))
            answer = answer_head(head_, rules_);
        if (!answer.text.empty()) break;
    }
    if (answer.text.empty()) return;
    step.answer += answer.text;
    step.fault = answer.fault;
    step.close = answer.fault != nullptr;
    state_ = step.close ? State::closed : State::header;
    head_ = {};
}

// A frame's header: two bytes that say how many follow; see RFC 6455, section 5.2.
void Websocket::take_header(std::byte next, Step& step) {
    ++step.used;
    head_ += static_cast<char>(next);
    if (head_.size() < 2) return;
    const unsigned char first = number(head_[0]), second = number(head_[1]);
    if (head_.size() == 2) {
        const Fault fault = wrong_header(first, second, fragmented_);
        if (fault != nullptr) return end(step, protocol_error, fault);
        if ((first & 0x0f) == 2) return end(step, unsupported, "a binary frame");
    }
    const std::size_t length = second & 0x7f;
    const std::size_t digits = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (head_.size() < 2 + digits + mask_.size()) return;
    std::uint64_t size = digits == 0 ? length : 0;
    for (std::size_t i = 0; i < digits; ++i)
        size = size << 8 | number(head_[2 + i]);
    opcode_ = static_cast<Opcode>(first & 0x0f);
    final_ = (first & 0x80) != 0;
    std::ranges::transform(head_.substr(2 + digits), mask_.begin(), number);
    head_.clear();
    if (!is_control() && size > limit_ - text_.size()) return end(step, too_big, "a text over the limit");
    left_ = static_cast<std::size_t>(size);
    begin_payload(step);
}

void Websocket::begin_payload(Step& step) {
    masked_ = 0;
    control_.clear();
    state_ = State::payload;
    if (left_ == 0) end_payload(step);
}

void Websocket::take_payload(Bytes bytes, Step& step) {
    const Bytes taken = bytes.first(std::min(left_, bytes.size()));
    std::ranges::transform(taken, std::back_inserter(is_control() ? control_ : text_), [this](std::byte masked) {
        return byte(std::to_integer<unsigned>(masked) ^ mask_[masked_++ % mask_.size()]);
    });
    step.used += taken.size();
    left_ -= taken.size();
    if (left_ == 0) end_payload(step);
}

void Websocket::end_payload(Step& step) {
    state_ = State::header;
    switch (opcode_) {
        case Opcode::ping:
            step.answer += framed(10, control_);
            return;
        case Opcode::pong:
            return;
        case Opcode::close:
            return answer_close(step);
        case Opcode::continuation:
        case Opcode::text:
            break;
    }
    fragmented_ = !final_;
    if (fragmented_) return;
    if (!text::is_utf8(text_)) return end(step, bad_text, "a text that is not UTF-8");
    step.text = std::exchange(text_, {});
}

void Websocket::answer_close(Step& step) {
    if (control_.empty()) {
        step.answer += framed(8, {});
        step.close = true;
        state_ = State::closed;
        return;
    }
    const unsigned code = control_.size() < 2 ? 0u : number(control_[0]) * 256u + number(control_[1]);
    if (!is_close_code(code)) return end(step, protocol_error, "a close frame with a wrong code");
    if (!text::is_utf8(std::string_view{control_}.substr(2))) return end(step, bad_text, "a text that is not UTF-8");
    end(step, static_cast<std::uint16_t>(code), nullptr);
}

}    // namespace xm::rpcproxy
