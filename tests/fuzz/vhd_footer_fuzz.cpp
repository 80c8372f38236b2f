// The head and tail of disk images, whole images as input. Nothing is read outside of them, and what is read without a
// fault does not depend on anything but the bytes.

#include "connect/vhd.hpp"
#include "fuzz.hpp"

#include <algorithm>

using namespace xm;
using namespace xm::connect;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::uint64_t taken = 0;
    const auto read_at = [&](std::uint64_t offset, std::span<std::uint8_t> into) {
        fuzz::expect(offset <= size && into.size() <= size - offset, "reads stay inside the image");
        std::copy_n(data + offset, into.size(), into.begin());
        taken += into.size();
        return true;
    };
    const auto answer = read_vhd(size, read_at);
    fuzz::expect(taken <= 3072, "reads are few");
    if (const auto* facts = std::get_if<VhdFacts>(&answer)) {
        fuzz::expect(facts->growing || !facts->key_set, "only growing images have a place for a key");
        const auto again = read_vhd(size, read_at);
        fuzz::expect(std::get<VhdFacts>(again) == *facts, "an image reads the same twice");
    } else {
        fuzz::expect(!std::get<VhdFault>(answer).what.empty(), "a fault says what it is");
    }
    return 0;
}
