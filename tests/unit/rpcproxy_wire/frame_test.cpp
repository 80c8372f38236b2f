#include "verdict.hpp"

using namespace xm::rpcproxy;
using namespace xm::fakes;

namespace {

// The first 16 bytes of a method call that announces these lengths.
std::vector<std::byte> start(std::uint32_t body, std::uint32_t fields, bool big_endian) {
    Wire to{big_endian};
    to.byte(big_endian ? 'B' : 'l').byte(1).byte(0).byte(1).u32(body).u32(1).u32(fields);
    return to.bytes;
}

}    // namespace

TEST_CASE("a frame is known from 16 bytes on and not before") {
    for (const bool big_endian : {false, true}) {
        const auto bytes = raw_call().with_body("s", [](Wire& to) { to.string("text"); }).bytes(big_endian);
        for (std::size_t size = 0; size < 16; ++size) {
            const Frame frame = frame_of(std::span{bytes}.first(size));
            CHECK(frame.size == 0);
            CHECK(frame.fault == nullptr);
        }
        for (std::size_t size = 16; size <= bytes.size(); ++size)
            CHECK(frame_of(std::span{bytes}.first(size)).size == bytes.size());
    }
}

TEST_CASE("WIR-12: the message behind does not belong to the frame") {
    auto bytes = raw_call().bytes();
    const std::size_t size = bytes.size();
    const auto next = raw_signal().bytes(true);
    bytes.insert(bytes.end(), next.begin(), next.end());
    CHECK(frame_of(bytes).size == size);
    CHECK(frame_of(std::span{bytes}.subspan(size)).size == next.size());
}

TEST_CASE("WIR-10: announced lengths are refused before anything is waited for") {
    constexpr std::uint32_t mib = 1u << 20;
    constexpr std::size_t limit = Limits{}.message;
    struct Row {
        std::uint32_t body, fields;
        std::size_t size;    // 0: refused
    };
    const Row rows[] = {
        {0, 0, 16},         {0, 1, 24},
        {8, 8, 32},         {limit - 16, 0, limit},
        {limit - 15, 0, 0}, {limit - 24, 1, limit},
        {limit - 23, 1, 0}, {0, limit - 16, limit},
        {0, limit - 15, 0}, {0, 65 * mib, 0},
        {128 * mib, 0, 0},  {0xffffffff, 0, 0},
        {0, 0xffffffff, 0}, {0xffffffff, 0xffffffff, 0},
        {0xfffffff0, 0, 0},    // wraps to a small sum in 32 bits
        {0xffffffe8, 8, 0}, {0, 0xfffffff8, 0},
    };
    for (const bool big_endian : {false, true})
        for (const Row& row : rows) {
            INFO(row.body << " " << row.fields);
            const Frame frame = frame_of(start(row.body, row.fields, big_endian));
            CHECK(frame.size == row.size);
            CHECK((frame.fault == nullptr) == (row.size != 0));
        }
}

TEST_CASE("WIR-10: limits are settings, but never above the specification's") {
    constexpr std::uint32_t mib = 1u << 20;
    CHECK(frame_of(start(100, 0, false), {.message = 100}).fault != nullptr);
    CHECK(frame_of(start(84, 0, false), {.message = 100}).size == 100);
    CHECK(frame_of(start(127 * mib, 0, false), {.message = 1024 * mib}).size == 127 * mib + 16);
    CHECK(frame_of(start(128 * mib, 0, false), {.message = 1024 * mib}).fault != nullptr);
    CHECK(frame_of(start(0, 65 * mib, false), {.message = 1024 * mib}).fault != nullptr);

    const auto bytes = raw_call().with_body("as", [](Wire& to) { to.array(4, [](Wire& in) { in.string("text"); }); });
    CHECK(read_message(bytes.bytes(), {.array = 1024}).fault == nullptr);
    CHECK(read_message(bytes.bytes(), {.message = 100}).fault != nullptr);
}

TEST_CASE("an array longer than the limit is refused though the message holds it") {
    const auto message = raw_call().with_body(
        "ay", [](Wire& to) { to.array(1, [](Wire& in) { in.bytes.resize(in.bytes.size() + 2000); }); });
    CHECK(read_message(message.bytes(), {.array = 2000}).fault == nullptr);
    CHECK(read_message(message.bytes(), {.array = 1999}).fault != nullptr);
}
