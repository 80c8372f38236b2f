// What a peer sends to a websocket: the same texts, answers and end come out however the bytes are cut. If the input
// begins with no GET, a proper head goes before it.

#include "base/utf8.hpp"
#include "fuzz.hpp"
#include "rpcproxy/websocket.hpp"

#include <algorithm>
#include <span>
#include <string>

using namespace xm;
using namespace xm::rpcproxy;

namespace {

constexpr std::size_t limit = 512;
constexpr std::string_view head =
    "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

struct Heard {
    std::string texts, answer;
    bool closed = false;
    bool operator==(const Heard&) const = default;
};

Heard say(Bytes input, std::size_t piece) {
    const WebsocketRules rules;
    Websocket socket{rules, limit};
    Heard heard;
    std::size_t at = 0;
    while (at < input.size() && !heard.closed) {
        const auto step = socket.take(input.subspan(at, std::min(piece, input.size() - at)));
        fuzz::expect(step.used > 0 || step.close, "every step goes on");
        at += step.used;
        if (step.text) {
            fuzz::expect(step.text->size() <= limit, "no text over the limit");
            fuzz::expect(text::is_utf8(*step.text), "every text is UTF-8");
            heard.texts += *step.text + '\n';
        }
        heard.answer += step.answer;
        heard.closed = step.close;
    }
    fuzz::expect(!heard.closed || !socket.open(), "closed is closed");
    return heard;
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string input{fuzz::as_text(data, size)};
    if (!input.starts_with("GET ")) input.insert(0, head);
    const Bytes bytes = std::as_bytes(std::span{input});
    fuzz::expect(say(bytes, bytes.size()) == say(bytes, 1), "pieces do not matter");
    return 0;
}
