#pragma once
// The server's side of a websocket (RFC 6455) as a machine of bytes: bytes of the peer in, texts and bytes for the peer
// out. No extensions, no subprotocols, no sockets.

#include "rpcproxy/message.hpp"
#include "rpcproxy/websocket_head.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

class Websocket {
public:
    // limit: of one text in bytes, all of its fragments together. rules must outlive this.
    Websocket(const WebsocketRules& rules, std::size_t limit) : rules_{rules}, limit_{limit} {}

    struct Step {
        std::size_t used = 0;                 // bytes taken: up to the end of a text, or all unless `close`
        std::optional<std::string> text{};    // whole and valid UTF-8
        std::string answer{};                 // to be sent to the peer
        bool close = false;                   // send the answer, then end the conversation; nothing more is taken
        Fault fault = nullptr;                // why, if the peer is to blame
    };
    Step take(Bytes bytes);

    bool open() const { return state_ == State::header || state_ == State::payload; }    // 101 said, nobody closed

    // The peer has begun something that it owes the rest of: the handshake, a frame, the other fragments of a text.
    bool incomplete() const { return state_ != State::header || !head_.empty() || fragmented_; }

    std::size_t held() const { return head_.size() + control_.size() + text_.size(); }    // bytes of that

    std::string farewell();    // a close frame, "going away"; empty unless open()

private:
    enum class State : std::uint8_t { head, header, payload, closed };
    enum class Opcode : std::uint8_t { continuation = 0, text = 1, close = 8, ping = 9, pong = 10 };

    void take_head(Bytes bytes, Step& step);
    void take_header(std::byte byte, Step& step);
    void begin_payload(Step& step);
    void take_payload(Bytes bytes, Step& step);
    void end_payload(Step& step);
    void answer_close(Step& step);
    void end(Step& step, std::uint16_t code, Fault fault);

    bool is_control() const { return opcode_ >= Opcode::close; }

    const WebsocketRules& rules_;
    std::size_t limit_;
    State state_ = State::head;
    std::string head_;    // of the handshake, or of a frame, while it is not complete
    // The frame that arrives now.
    Opcode opcode_ = Opcode::text;
    bool final_ = true;
    std::size_t left_ = 0;    // bytes of its payload to come
    std::array<unsigned char, 4> mask_{};
    std::size_t masked_ = 0;    // bytes of its payload that came
    std::string control_;       // payload of a control frame
    std::string text_;          // fragments of a text
    bool fragmented_ = false;
};

std::string in_websocket(std::string_view text);    // as one frame for the peer

}    // namespace xm::rpcproxy
