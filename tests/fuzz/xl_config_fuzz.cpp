// The description of a guest on its way into libxl: whatever it says, it is refused or becomes a configuration.

#include "connect/guest_json.hpp"
#include "connect/xl/domain_config.hpp"
#include "fuzz.hpp"

using namespace xm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::accepts([&] {
        auto config = connect::xl::domain_config(connect::guest_spec_from_json(fuzz::as_text(data, size)));
        char* json = libxl_domain_config_to_json(nullptr, config.get());
        fuzz::expect(json != nullptr, "what was accepted can be written down");
        std::free(json);
    });
    return 0;
}
