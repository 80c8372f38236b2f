#pragma once
// The server's side of a websocket (RFC 6455) as a machine of bytes: bytes of the peer in, texts and bytes for the peer
// out. No extensions, no subprotocols, no sockets.

#include "rpcproxy/message.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

// Whom a websocket serves; all comparisons are of exact bytes.
struct WebsocketRules {
    // Values of the header Origin. Browsers always send one; with no origin listed, none of them is served.
    std::vector<std::string> origins;
    // Values of the header Host. None listed: localhost, 127.0.0.1 and [::1], with any port.
    std::vector<std::string> hosts;
};

class Websocket {
public:
    // limit: of one text in bytes, all of its fragments together. rules must outlive this.
    Websocket(const WebsocketRules& rules, std::size_t limit);

    struct Step {
        std::size_t used = 0;     // bytes taken; take() again with the rest, until nothing is used or there is `close`
        bool has_text = false;    // a whole text arrived: see text()
        std::string answer;       // to be sent to the peer
        bool close = false;       // send the answer, then end the conversation; nothing more is taken
        Fault fault = nullptr;    // why, if the peer is to blame
    };
    // At most one text a call, valid UTF-8.
    Step take(Bytes bytes);

    // The text that the last step completed; valid until the next.
    const std::string& text() const { return text_; }

    bool open() const { return state_ == State::open; }    // 101 was answered, and nobody has closed

    std::string frame(std::string_view text) const;
    std::string farewell();    // a close frame, "going away"; empty unless open()

private:
    enum class State : std::uint8_t { head, open, closed };

    Step take_head(Bytes bytes);
    Step take_frame(Bytes bytes);

    const WebsocketRules& rules_;
    std::size_t limit_;
    State state_ = State::head;
    std::string input_;    // a head or frame that is not complete yet
    std::string text_;     // fragments so far, or the last text
    bool fragmented_ = false;
};

}    // namespace xm::rpcproxy
