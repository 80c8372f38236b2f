// The description of a guest and the facts of a monitor, as JSON that crosses a socket.

#include "connect/guest_json.hpp"
#include "fuzz.hpp"

using namespace xm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    fuzz::accepts([&] {
        const auto written = connect::to_json(connect::guest_spec_from_json(text));
        fuzz::expect(connect::to_json(connect::guest_spec_from_json(written)) == written,
                     "a spec survives the journey");
    });
    fuzz::accepts([&] {
        const auto written = connect::to_json(connect::monitor_facts_from_json(text));
        fuzz::expect(connect::to_json(connect::monitor_facts_from_json(written)) == written, "so do facts");
    });
    return 0;
}
