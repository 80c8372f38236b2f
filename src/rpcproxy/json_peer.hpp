#pragma once
// One conversation with a peer that speaks JSON, on a byte stream or in a websocket: the peer's bytes become D-Bus
// messages, and D-Bus messages become bytes for the peer. Pure: no sockets, no clock, no bus.
//
// Every message that comes out has been read by read_message(), so it is judged and forwarded like any other. Ids:
//   * a request, signal or answer of the peer has its `id` as serial, 1 to 2^32-1;
//   * an answer to the peer says in `response-to` which request it answers;
//   * a call to the peer has its serial as `id`, or another number while a call with the same serial is waiting. The
//     peer's answer gets the caller as destination and the caller's serial. What answers no such call is skipped.

#include "rpcproxy/json_frame.hpp"
#include "rpcproxy/message.hpp"
#include "rpcproxy/websocket.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

struct JsonMessage;

struct JsonOptions {
    bool websocket = false;              // else a NUL byte ends each object
    WebsocketRules rules;                // whom a websocket serves
    std::size_t frame = 1u << 20;        // longest object in bytes, either way
    std::size_t waiting_calls = 1024;    // to the peer; the oldest is forgotten when there are more
};

class JsonPeer {
public:
    // options: shared by all conversations, must outlive this one.
    explicit JsonPeer(const JsonOptions& options);

    // A request that says nothing about the types of its arguments. Judge it before asking a service about itself.
    struct Pending {
        std::uint32_t id = 0;
        std::string destination;
        std::string path;
        std::string interface;
        std::string member;
        std::string frame;    // the whole request, as it came
    };

    // Frames that were left out one after the other for the same reason.
    struct Note {
        Fault why = nullptr;
        std::size_t count = 1;
    };

    struct Step {
        std::size_t used = 0;    // bytes taken; all, unless there is `pending` or `close`
        std::vector<std::vector<std::byte>> messages;
        std::string answer;                // to be sent to the peer as it is: handshake, pong, error, close
        bool close = false;                // send the answer, then end the conversation; read nothing more
        Fault fault = nullptr;             // why, if the peer is to blame
        std::optional<Pending> pending;    // comes after `messages`; resolve() it before taking more
        std::vector<Note> skipped;         // for the log
    };
    Step take(Bytes bytes);

    // With the signature of the method's arguments, from json_signatures.hpp; nothing: types are guessed.
    Step resolve(const Pending& pending, std::optional<std::string_view> signature);

    // The handshake is over: messages can be framed. Always true on a byte stream.
    bool open() const;

    // The peer owes the rest of something: of the handshake or of an object. For whoever watches the time.
    bool incomplete() const;
    std::size_t held() const;    // bytes of it

    // One message for the peer. When an answer has no shape in JSON, the bytes hold an error for the peer that waits.
    struct Framed {
        std::string bytes;        // empty if nothing is to be sent
        Fault fault = nullptr;    // what is wrong with the message: no shape in JSON, or too long
    };
    Framed frame(const Message& message);

    // What to send before a conversation is ended from our side, may be empty.
    std::string farewell();

private:
    struct Call {
        std::uint32_t id;
        std::uint32_t serial;
        std::string caller;
    };

    void take_websocket(Bytes bytes, Step& step);
    void take_stream(Bytes bytes, Step& step);
    void take_text(const std::string& text, Step& step);
    void translate(const JsonMessage& said, std::optional<std::string_view> signature, Step& step);
    static void skip(Step& step, Fault why);
    void refuse(const JsonMessage& said, Fault why, Step& step);
    std::string packed(std::string text) const;
    std::string instead(const Message& answer);
    bool is_waited_for(std::uint32_t id) const;
    std::uint32_t next_id();

    const JsonOptions& options_;
    TextStream stream_;
    std::optional<Websocket> websocket_;
    std::deque<Call> calls_;    // to the peer, without an answer; oldest first
    std::uint32_t last_id_ = 0;
    bool closed_ = false;
};

}    // namespace xm::rpcproxy
