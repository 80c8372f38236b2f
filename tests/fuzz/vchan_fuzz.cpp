// A guest's bytes in the host's end of its vchan. In which pieces they come does not matter; whatever they are, a guest
// has no more streams and no more bytes with us than it may, and the next guest is served.

#include "fakes/vchan_in_memory.hpp"
#include "fuzz.hpp"
#include "vchan/server.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

using namespace xm;
using namespace xm::vchan;

namespace {

struct Outcome {
    std::size_t streams = 0;
    std::string bytes;
    std::vector<std::string> faults;

    bool operator==(const Outcome&) const = default;
};

void settle(boost::asio::io_context& loop) {
    loop.restart();
    loop.poll();
}

// What the host does with what comes is fixed: every stream with an odd place is closed at once, the others are read.
Outcome in_pieces(Bytes bytes, std::size_t size) {
    boost::asio::io_context loop;
    Memory memory{.loop = loop};
    Outcome outcome;
    std::vector<std::shared_ptr<Stream>> open;
    Server server{loop.get_executor(),
                  std::make_unique<MemoryServerEnd>(memory),
                  {.on_stream =
                       [&](std::shared_ptr<Stream> stream) {
                           if (++outcome.streams % 2 == 0) return stream->close();
                           open.push_back(std::move(stream));
                       },
                   .on_turned_away = [&](Fault fault) { outcome.faults.emplace_back(fault); }}};
    memory.client = ServerEnd::Client::here;
    while (!bytes.empty()) {
        const Bytes piece = bytes.first(std::min({size, bytes.size(), memory.to_host.room()}));
        bytes = bytes.subspan(piece.size());
        memory.to_host.write(piece);
        memory.tell(memory.host);
        settle(loop);
        memory.to_guest.bytes.clear();
        if (piece.empty()) break;    // turned away: nobody reads any more
    }
    for (const auto& stream : open) {
        std::string text(2 * window, '\0');
        text.resize(stream->read(std::as_writable_bytes(std::span{text})).bytes);
        fuzz::expect(text.size() <= window, "a stream holds no more than its window");
        outcome.bytes += text;
    }
    fuzz::expect(outcome.faults.size() <= 1, "a guest is turned away once");
    memory.client = ServerEnd::Client::gone;
    memory.tell(memory.host);
    settle(loop);
    fuzz::expect(memory.resets == 1 && memory.served, "the next one is served");
    return outcome;
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span{data, size});
    const Outcome whole = in_pieces(bytes, size + 1);
    fuzz::expect(in_pieces(bytes, 1 + size / 7) == whole, "pieces make no difference");
    fuzz::expect(size > 2000 || in_pieces(bytes, 1) == whole, "single bytes make no difference");
    return 0;
}
