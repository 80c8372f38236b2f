// D-Bus messages from a peer. What is accepted and stripped is accepted again and says the same; a frame is as long as
// its first 16 bytes say, whatever follows.

#include "fuzz.hpp"
#include "rpcproxy/message.hpp"

#include <algorithm>
#include <span>

using namespace xm;
using namespace xm::rpcproxy;

namespace {

void strips_to_the_same(const Message& message) {
    const auto bytes = stripped(message);
    fuzz::expect(frame_of(bytes).size == bytes.size(), "the stripped message is one frame");
    const auto [again, fault] = read_message(bytes);
    fuzz::expect(fault == nullptr, "the stripped message is in order");
    fuzz::expect(!again.unknown_fields && !again.sender, "the stripped message has known fields and no sender");
    const bool answer = message.type == 2 || message.type == 3;    // on others a reply serial means nothing and goes
    const auto parts = [answer](const Message& of) {
        return std::tuple{
            of.big_endian, of.type,          of.flags,      of.serial,      of.path,
            of.interface,  of.member,        of.error_name, of.destination, answer ? of.reply_serial : std::nullopt,
            of.signature,  of.first_argument};
    };
    fuzz::expect(parts(again) == parts(message), "the stripped message has the same fields");
    fuzz::expect(answer || !again.reply_serial, "what is no answer answers nothing");
    fuzz::expect(std::ranges::equal(again.body, message.body), "the stripped message has the same body");
    fuzz::expect(stripped(again) == bytes, "stripping takes nothing twice");
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes bytes = std::as_bytes(std::span{data, size});
    const Frame frame = frame_of(bytes);
    fuzz::expect(frame.fault == nullptr || frame.size == 0, "a fault has no size");
    if (size >= 16) {
        const Frame early = frame_of(bytes.first(16));
        fuzz::expect(early.size == frame.size && early.fault == frame.fault, "16 bytes say how long a message is");
        fuzz::expect((frame.size != 0) == (frame.fault == nullptr), "16 bytes are a size or a fault");
    }
    const auto [whole, fault] = read_message(bytes);
    fuzz::expect(fault != nullptr || frame.size == size, "what is read is one frame");
    if (frame.size == 0 || frame.size > size) return 0;
    const Read first = read_message(bytes.first(frame.size));
    if (first.fault == nullptr) strips_to_the_same(first.message);
    return 0;
}
