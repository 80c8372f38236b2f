// What a peer that speaks JSON says on a stream: skipped, refused, or made into messages that say the same in JSON. The
// first line is the signature that a service would answer for a request without one; the rest is what the peer sends.

#include "fuzz.hpp"
#include "rpcproxy/json_marshal.hpp"
#include "rpcproxy/json_message.hpp"
#include "rpcproxy/json_peer.hpp"
#include "rpcproxy/json_signatures.hpp"
#include "rpcproxy/json_write.hpp"

#include <algorithm>
#include <span>

using namespace xm;
using namespace xm::rpcproxy;

namespace {

// A call to the peer, so that there is something to answer.
void ask(JsonPeer& peer) {
    const auto call =
        made({.serial = 1, .path = "/", .interface = "a.b", .member = "c", .destination = ":1.1"}, {}, {});
    peer.frame(read_message(call).message);
}

// What was made of JSON has a shape in JSON, unless it has keys that are no texts, and the same body comes of that.
void check_again(const Message& message, const JsonOptions& options) {
    const WrittenJson written = written_json(message, message.serial, options.frame);
    if (written.fault != nullptr) return;
    fuzz::expect(written.text.size() <= options.frame, "no object over the limit");
    const ReadJson again = read_json_message(written.text);
    fuzz::expect(again.fault == nullptr, "our JSON is read");
    fuzz::expect(again.message.id == message.serial && static_cast<std::uint8_t>(again.message.type) == message.type,
                 "it is the same message");
    const Marshalled body = marshalled(again.message.tree, again.message.args, message.signature);
    fuzz::expect(body.fault == nullptr && std::ranges::equal(body.body, message.body), "it has the same arguments");
}

void check(const JsonPeer::Step& step, const JsonOptions& options) {
    for (const auto& bytes : step.messages) {
        const Read read = read_message(bytes);
        fuzz::expect(read.fault == nullptr, "every message is valid");
        fuzz::expect(!read.message.sender, "nobody says who he is");
        check_again(read.message, options);
    }
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input = fuzz::as_text(data, size);
    const std::size_t line = std::min(input.find('\n'), input.size());
    const std::string_view signature = input.substr(0, line);
    const Bytes sent = std::as_bytes(std::span{data, size}).subspan(std::min(line + 1, size));

    const JsonOptions options{.websocket = false, .rules = {}, .frame = 4096, .waiting_calls = 4};
    JsonPeer peer{options};
    ask(peer);
    std::size_t at = 0;
    while (at < sent.size()) {
        const auto step = peer.take(sent.subspan(at));
        at += step.used;
        check(step, options);
        if (step.pending) {
            check(peer.resolve(*step.pending, signature), options);
            check(peer.resolve(*step.pending, std::nullopt), options);
        }
        if (step.close) break;
        fuzz::expect(step.used > 0, "every step goes on");
    }
    Methods::parse(input).signature("a.b", "c");
    return 0;
}
