#pragma once
// The handshake with a peer, of which nothing goes further: the proxy itself speaks to the bus. D-Bus specification,
// "Authentication Protocol".

#include "rpcproxy/message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

// The server's side. Bytes go in as they arrive, in pieces of any size.
class SaslServer {
public:
    // guid: 32 hex digits that the answer OK carries. uuid: told to the peer as DATA before the first OK, if any; for
    // clients that know this custom, since libdbus, sd-bus and GDBus give up at such a line.
    SaslServer(std::string guid, std::optional<std::string> uuid);

    struct Step {
        std::size_t used = 0;     // bytes taken; what follows BEGIN is left, it belongs to the messages
        std::string answer;       // to be sent to the peer, may be empty
        bool done = false;        // BEGIN came after OK
        Fault fault = nullptr;    // end the conversation, nothing more is taken
    };
    Step take(Bytes bytes);

private:
    enum class State { nul, auth, data, begin };    // what is expected next; begin: OK was said

    void take_first(std::byte byte, Step& step);
    void take_next(char c, Step& step);
    void take_line(std::string_view line, Step& step);
    void authenticate(std::string_view mechanism, Step& step);
    void accept(Step& step);
    void refuse(std::string_view answer, Step& step);

    std::string guid_;
    std::optional<std::string> uuid_;
    std::string line_;
    State state_ = State::nul;
    int refused_ = 0;
};

// The client's side, to the bus: what to send first and whether the answer lets us begin. Everything is sent in one
// write; messages may follow at once.
std::string sasl_hello(std::optional<std::uint32_t> domid_for_extended_bus, std::uint32_t uid);
struct SaslAnswer {
    std::size_t used = 0;     // 0: the line is not complete yet
    Fault fault = nullptr;    // the bus refused, or sent no line
};
SaslAnswer sasl_answer(Bytes bytes);

}    // namespace xm::rpcproxy
