#pragma once
// Many byte streams in one: what crosses the vchan between a guest's xenmgr-guest-bus and the host's rpc-proxy. Eight
// bytes begin each frame, numbers little-endian:
//
//   kind (1)   zero (1)   stream (2)   value (4)
//
//   kind    from    value
//   hello   both    the version of all this; the first frame of each side
//   open    guest   0; a stream with a number that is not in use
//   data    both    bytes that follow, 1 to a window
//   credit  both    bytes that were taken out of the receiver's window, which is as much larger again
//   close   both    0; no more from this side. The number is free again when both sides have said it
//
// Each side of a stream may have `window` bytes on their way that were not given back as credit.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace xm::vchan {

using Bytes = std::span<const std::byte>;
using Fault = const char*;    // what is wrong with what the other side sent; null: nothing

inline constexpr std::uint32_t version = 1;
inline constexpr std::uint32_t window = 64 << 10;    // bytes
inline constexpr std::size_t most_streams = 256;
inline constexpr std::size_t header_size = 8;

enum class Kind : std::uint8_t { hello = 1, open, data, credit, close };

struct Frame {
    Kind kind{};
    std::uint16_t stream = 0;
    std::uint32_t value = 0;

    bool operator==(const Frame&) const = default;
};

std::array<std::byte, header_size> header_of(const Frame& frame);

// Finds frames in bytes as they come, in pieces of any size. Keeps nothing but a header that is not complete.
class FrameReader {
public:
    struct Step {
        std::size_t used = 0;            // of the bytes
        std::optional<Frame> frame{};    // of kind data: a piece of its payload, as long as its value says
        Bytes payload{};
        Fault fault = nullptr;    // nothing after it makes sense
    };
    // At most one frame; to be called until all is used.
    Step next(Bytes bytes);

private:
    Step piece_of_payload(Bytes bytes, std::size_t used);

    std::array<std::byte, header_size> head_{};
    std::size_t have_ = 0;    // of the header
    std::uint16_t stream_ = 0;
    std::uint32_t left_ = 0;    // of the payload
};

}    // namespace xm::vchan
