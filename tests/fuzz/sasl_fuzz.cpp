// The handshake from both sides. In which pieces the lines come does not matter; messages begin only behind BEGIN on a
// line of its own, after OK.

#include "fuzz.hpp"
#include "rpcproxy/sasl.hpp"

#include <span>

using namespace xm;
using namespace xm::rpcproxy;

namespace {

constexpr std::string_view guid = "0123456789abcdef0123456789abcdef";

// As if the bytes came in pieces of this size.
SaslServer::Step in_pieces(Bytes bytes, std::size_t size) {
    SaslServer server{std::string{guid}, "5eed0000-0000-4000-8000-000000000001"};
    SaslServer::Step all;
    while (all.used < bytes.size() && !all.done && all.fault == nullptr) {
        const Bytes piece = bytes.subspan(all.used, std::min(size, bytes.size() - all.used));
        const auto step = server.take(piece);
        fuzz::expect(step.used == piece.size() || step.done || step.fault != nullptr, "what can be taken is taken");
        all.used += step.used;
        all.answer += step.answer;
        all.done = step.done;
        all.fault = step.fault;
    }
    return all;
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span{data, size});
    const auto whole = in_pieces(bytes, size + 1);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{7}}) {
        const auto parts = in_pieces(bytes, piece);
        fuzz::expect(parts.used == whole.used && parts.answer == whole.answer && parts.done == whole.done &&
                         parts.fault == whole.fault,
                     "pieces make no difference");
    }
    fuzz::expect(!whole.done || whole.fault == nullptr, "what is faulty is not done");
    fuzz::expect(whole.answer.size() < 1024, "answers are few and short");
    if (whole.done) {
        const auto taken = fuzz::as_text(data, whole.used);
        fuzz::expect(taken.ends_with("\r\nBEGIN\r\n"), "BEGIN stands alone");
        fuzz::expect(whole.answer.find("OK " + std::string{guid} + "\r\n") != std::string::npos, "OK was said");
    }
    fuzz::expect(sasl_answer(bytes).used <= size, "an answer ends within what came");
    return 0;
}
