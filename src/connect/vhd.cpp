#include "connect/vhd.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace xm::connect {
namespace {

constexpr std::size_t sector = 512;
constexpr std::size_t header_bytes = 1024;

template <std::size_t N>
using Bytes = std::array<std::uint8_t, N>;
using Footer = Bytes<sector>;

// Offsets of fields; all numbers are big-endian.
namespace footer {
constexpr std::size_t header_offset = 16, current_size = 48, disk_type = 60, checksum = 64;
enum Type : std::uint32_t { fixed = 2, dynamic = 3, differencing = 4 };
}    // namespace footer
namespace header {
constexpr std::size_t table_offset = 16, table_entries = 28, checksum = 36;
}
// The byte that says whether a key's hash follows is 1 then, and padding where the tools know of no keys.
namespace batmap {
constexpr std::size_t key_hash = 29;
constexpr std::uint8_t has_key = 1;
}    // namespace batmap

std::uint64_t number(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (const auto byte : bytes.subspan(at, size))
        value = value << 8 | byte;
    return value;
}
std::uint64_t number64(std::span<const std::uint8_t> bytes, std::size_t at) { return number(bytes, at, 8); }
std::uint32_t number32(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<std::uint32_t>(number(bytes, at, 4));
}

bool begins_with(std::span<const std::uint8_t> bytes, std::string_view cookie) {
    return std::equal(cookie.begin(), cookie.end(), bytes.begin(),
                      [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

// One's complement of the sum of all bytes but those of the checksum itself.
bool adds_up(std::span<const std::uint8_t> bytes, std::size_t checksum_at) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
        if (i < checksum_at || i >= checksum_at + 4) sum += bytes[i];
    return number32(bytes, checksum_at) == ~sum;
}

// Refuses to go past the end, whatever offset an image claims.
class Image {
public:
    Image(std::uint64_t size, const ReadAt& read_at) : size_{size}, read_at_{read_at} {}

    template <std::size_t N>
    std::optional<Bytes<N>> at(std::uint64_t offset) const {
        Bytes<N> bytes{};
        if (offset > size_ || size_ - offset < N || !read_at_(offset, bytes)) return std::nullopt;
        return bytes;
    }

private:
    std::uint64_t size_;
    const ReadAt& read_at_;
};

std::optional<Footer> footer_at(const Image& image, std::uint64_t offset) {
    auto bytes = image.at<sector>(offset);
    if (!bytes || !begins_with(*bytes, "conectix") || !adds_up(*bytes, footer::checksum)) return std::nullopt;
    return bytes;
}

// The last sector; a growing image that was cut off still has its copy at the start.
std::optional<Footer> find_footer(const Image& image, std::uint64_t size) {
    if (size < sector) return std::nullopt;
    if (auto last = footer_at(image, size - sector)) return last;
    auto copy = footer_at(image, 0);
    if (copy && number32(*copy, footer::disk_type) == footer::fixed) return std::nullopt;    // a guest's own data
    return copy;
}

// Right behind the block table, which has four bytes an entry and fills whole sectors.
bool key_set(const Image& image, std::span<const std::uint8_t> head) {
    const std::uint64_t table = number64(head, header::table_offset);
    const std::uint64_t table_bytes = std::uint64_t{number32(head, header::table_entries)} * 4;
    const std::uint64_t padded = (table_bytes + sector - 1) / sector * sector;
    if (table > UINT64_MAX - padded) return false;
    const auto map = image.at<sector>(table + padded);
    return map && begins_with(*map, "tdbatmap") && (*map)[batmap::key_hash] == batmap::has_key;
}

}    // namespace

std::variant<VhdFacts, VhdFault> read_vhd(std::uint64_t image_bytes, const ReadAt& read_at) {
    const Image image{image_bytes, read_at};
    const auto foot = find_footer(image, image_bytes);
    if (!foot) return VhdFault{"no valid footer"};
    VhdFacts facts{.virtual_bytes = number64(*foot, footer::current_size)};
    const auto type = number32(*foot, footer::disk_type);
    if (type == footer::fixed) return facts;
    if (type != footer::dynamic && type != footer::differencing) return VhdFault{"neither fixed nor growing"};
    const auto head = image.at<header_bytes>(number64(*foot, footer::header_offset));
    if (!head || !begins_with(*head, "cxsparse") || !adds_up(*head, header::checksum))
        return VhdFault{"no valid header"};
    facts.growing = true;
    facts.has_parent = type == footer::differencing;
    facts.key_set = key_set(image, *head);
    return facts;
}

}    // namespace xm::connect
