// JSON that clients inject into the configuration database: refused, or written and read back without change.

#include "dbd/json.hpp"
#include "fuzz.hpp"

using namespace xm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto at = dbd::Path::parse("/vm/x");
    fuzz::accepts([&] {
        const auto node = dbd::parse_json(fuzz::as_text(data, size), at);
        const auto written = dbd::to_json(&node);
        const auto again = dbd::parse_json(written, at);
        fuzz::expect(dbd::to_json(&again) == written, "writing what was read from our own text changes nothing");
    });
    return 0;
}
