#include "vchan/frames.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace xm::vchan {
namespace {

std::vector<std::byte> bytes_of(const std::vector<Frame>& frames) {
    std::vector<std::byte> bytes;
    for (const Frame& frame : frames) {
        const auto head = header_of(frame);
        bytes.insert(bytes.end(), head.begin(), head.end());
        if (frame.kind == Kind::data) bytes.insert(bytes.end(), frame.value, std::byte{'x'});
    }
    return bytes;
}

struct Found {
    std::vector<Frame> frames;
    std::size_t payload = 0;
    Fault fault = nullptr;
};

Found read_in_pieces(Bytes bytes, std::size_t piece) {
    FrameReader reader;
    Found found;
    while (!bytes.empty() && !found.fault) {
        Bytes now = bytes.first(std::min(piece, bytes.size()));
        bytes = bytes.subspan(now.size());
        while (!now.empty() && !found.fault) {
            const auto step = reader.next(now);
            now = now.subspan(step.used);
            if (step.frame) found.frames.push_back(*step.frame);
            found.payload += step.payload.size();
            found.fault = step.fault;
        }
    }
    return found;
}

Fault fault_of_header(std::uint8_t kind, std::uint8_t zero, std::uint32_t value) {
    auto head = header_of({static_cast<Kind>(kind), 3, value});
    head[1] = std::byte{zero};
    return read_in_pieces(head, header_size).fault;
}

}    // namespace

TEST_CASE("a frame is eight bytes, little-endian") {
    const auto head = header_of({Kind::credit, 0x0201, 0x06050403});
    const std::vector<std::byte> expected{std::byte{4}, std::byte{0}, std::byte{1}, std::byte{2},
                                          std::byte{3}, std::byte{4}, std::byte{5}, std::byte{6}};
    CHECK(std::vector(head.begin(), head.end()) == expected);
}

TEST_CASE("frames are found in pieces of any size") {
    const std::vector<Frame> sent{{Kind::hello, 0, version}, {Kind::open, 300, 0},   {Kind::data, 300, 5},
                                  {Kind::credit, 300, 17},   {Kind::data, 300, 700}, {Kind::close, 300, 0}};
    const auto bytes = bytes_of(sent);
    for (std::size_t piece = 1; piece < 40; ++piece) {
        const Found found = read_in_pieces(bytes, piece);
        CHECK(found.fault == nullptr);
        CHECK(found.payload == 705);
        std::vector<Frame> without_payload;
        for (const Frame& frame : found.frames)
            if (frame.kind != Kind::data) without_payload.push_back(frame);
        CHECK(without_payload == std::vector<Frame>{sent[0], sent[1], sent[3], sent[5]});
    }
    CHECK(read_in_pieces(bytes, bytes.size()).frames == sent);
}

TEST_CASE("what is no frame is a fault") {
    CHECK(fault_of_header(0, 0, 0) == std::string_view{"a frame of an unknown kind"});
    CHECK(fault_of_header(6, 0, 0) == std::string_view{"a frame of an unknown kind"});
    CHECK(fault_of_header(1, 1, 1) == std::string_view{"a frame with a byte that is not zero"});
    CHECK(fault_of_header(3, 0, 0) == std::string_view{"a frame with an impossible number of bytes"});
    CHECK(fault_of_header(3, 0, window + 1) == std::string_view{"a frame with an impossible number of bytes"});
    CHECK(fault_of_header(4, 0, 0xffffffff) == std::string_view{"a frame with an impossible number of bytes"});
    CHECK(fault_of_header(2, 0, 1) == std::string_view{"a frame with a value too many"});
    CHECK(fault_of_header(5, 0, 1) == std::string_view{"a frame with a value too many"});
    CHECK(fault_of_header(3, 0, window) == nullptr);
}

}    // namespace xm::vchan
