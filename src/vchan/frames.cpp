#include "vchan/frames.hpp"

#include <algorithm>

namespace xm::vchan {
namespace {

std::uint32_t number_at(Bytes bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = size; i-- > 0;)
        number = number << 8 | std::to_integer<std::uint32_t>(bytes[at + i]);
    return number;
}

// Kinds that carry a number of bytes, and kinds that carry none.
Fault fault_of(std::uint8_t kind, const Frame& frame) {
    if (kind < static_cast<std::uint8_t>(Kind::hello) || kind > static_cast<std::uint8_t>(Kind::close))
        return "a frame of an unknown kind";
    const bool amount = frame.kind == Kind::data || frame.kind == Kind::credit;
    if (amount && (frame.value == 0 || frame.value > window)) return "a frame with an impossible number of bytes";
    if ((frame.kind == Kind::open || frame.kind == Kind::close) && frame.value != 0)
        return "a frame with a value too many";
    return nullptr;
}

}    // namespace

std::array<std::byte, header_size> header_of(const Frame& frame) {
    const auto byte = [](std::uint32_t number, int shift) { return static_cast<std::byte>(number >> shift & 0xff); };
    return {static_cast<std::byte>(frame.kind),
            std::byte{0},
            byte(frame.stream, 0),
            byte(frame.stream, 8),
            byte(frame.value, 0),
            byte(frame.value, 8),
            byte(frame.value, 16),
            byte(frame.value, 24)};
}

FrameReader::Step FrameReader::next(Bytes bytes) {
    if (left_ > 0) return piece_of_payload(bytes, 0);
    const std::size_t used = std::min(bytes.size(), header_size - have_);
    std::ranges::copy(bytes.first(used), head_.begin() + static_cast<std::ptrdiff_t>(have_));
    have_ += used;
    if (have_ < header_size) return {.used = used};
    have_ = 0;
    const auto kind = std::to_integer<std::uint8_t>(head_[0]);
    const Frame frame{static_cast<Kind>(kind), static_cast<std::uint16_t>(number_at(head_, 2, 2)),
                      number_at(head_, 4, 4)};
    if (head_[1] != std::byte{0}) return {.used = used, .fault = "a frame with a byte that is not zero"};
    if (const Fault fault = fault_of(kind, frame)) return {.used = used, .fault = fault};
    if (frame.kind != Kind::data) return {.used = used, .frame = frame};
    stream_ = frame.stream;
    left_ = frame.value;
    return piece_of_payload(bytes, used);
}

FrameReader::Step FrameReader::piece_of_payload(Bytes bytes, std::size_t used) {
    const auto size = static_cast<std::uint32_t>(std::min<std::size_t>(bytes.size() - used, left_));
    if (size == 0) return {.used = used};
    left_ -= size;
    return {.used = used + size, .frame = Frame{Kind::data, stream_, size}, .payload = bytes.subspan(used, size)};
}

}    // namespace xm::vchan
