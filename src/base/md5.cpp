#include "base/md5.hpp"

#include <bit>
#include <cmath>
#include <string>

namespace xm {
namespace {

using Word = std::uint32_t;
using State = std::array<Word, 4>;

constexpr std::size_t block_bytes = 64;
constexpr std::size_t length_bytes = 8;    // of the message's length, at the end of the last block
constexpr int rounds = 4;
constexpr int steps = 16;    // of a round
constexpr int rotations[rounds][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

// The constant of each step: the digits of a sine.
Word constant(int step) { return static_cast<Word>(std::floor(std::ldexp(std::fabs(std::sin(step + 1.0)), 32))); }

Word mixed(int round, const State& s) {
    switch (round) {
        case 0:
            return (s[1] & s[2]) | (~s[1] & s[3]);
        case 1:
            return (s[3] & s[1]) | (~s[3] & s[2]);
        case 2:
            return s[1] ^ s[2] ^ s[3];
        default:
            return s[2] ^ (s[1] | ~s[3]);
    }
}

int place(int round, int step) {
    constexpr int factor[rounds] = {1, 5, 3, 7};
    constexpr int offset[rounds] = {0, 1, 5, 0};
    return (factor[round] * step + offset[round]) % steps;
}

std::string padded(std::string_view text) {
    std::string message{text};
    message += '\x80';
    while (message.size() % block_bytes != block_bytes - length_bytes)
        message += '\0';
    for (std::size_t i = 0; i < length_bytes; ++i)
        message += static_cast<char>(std::uint64_t{text.size()} * 8 >> 8 * i);
    return message;
}

Word little_endian(std::string_view bytes) {
    Word word = 0;
    for (std::size_t i = 0; i < sizeof(Word); ++i)
        word |= Word{static_cast<std::uint8_t>(bytes[i])} << 8 * i;
    return word;
}

void digest_block(State& state, std::string_view block) {
    State s = state;
    for (int round = 0; round < rounds; ++round)
        for (int step = 0; step < steps; ++step) {
            const auto word = little_endian(block.substr(static_cast<std::size_t>(place(round, step)) * sizeof(Word)));
            const Word sum = s[0] + mixed(round, s) + word + constant(round * steps + step);
            s = {s[3], s[1] + std::rotl(sum, rotations[round][step % 4]), s[1], s[2]};
        }
    for (std::size_t i = 0; i < s.size(); ++i)
        state[i] += s[i];
}

}    // namespace

std::array<std::uint8_t, 16> md5(std::string_view text) {
    State state{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
    const std::string message = padded(text);
    for (std::size_t at = 0; at < message.size(); at += block_bytes)
        digest_block(state, std::string_view{message}.substr(at, block_bytes));
    std::array<std::uint8_t, 16> digest{};
    for (std::size_t i = 0; i < digest.size(); ++i)
        digest[i] = static_cast<std::uint8_t>(state[i / sizeof(Word)] >> 8 * (i % sizeof(Word)));
    return digest;
}

}    // namespace xm
