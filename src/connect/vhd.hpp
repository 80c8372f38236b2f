#pragma once
// What the head and tail of a VHD image say ("Virtual Hard Disk Image Format Specification", Microsoft, 2006): the
// footer, for growing images the header behind its copy at the start, and the batmap header that blktap's tools put
// after the block table, where they also keep the hash of an encryption key. Pure: bytes come from a function, at most
// three kilobytes of them, all of them untrusted.

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <variant>

namespace xm::connect {

struct VhdFacts {
    std::uint64_t virtual_bytes = 0;    // what the guest sees
    bool growing = false;               // dynamic or differencing; else of a fixed size
    bool has_parent = false;            // differencing: what it does not have is in another image
    bool key_set = false;               // it carries the hash of a key: it is encrypted

    bool operator==(const VhdFacts&) const = default;
};

struct VhdFault {
    std::string_view what;    // "no footer"
};

// Fills all of `into` from this place in the image; false: it cannot.
using ReadAt = std::function<bool(std::uint64_t offset, std::span<std::uint8_t> into)>;

std::variant<VhdFacts, VhdFault> read_vhd(std::uint64_t image_bytes, const ReadAt& read_at);

}    // namespace xm::connect
