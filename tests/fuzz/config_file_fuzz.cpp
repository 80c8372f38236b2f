// A monitor's configuration file, and the spec that comes out of it.

#include "connect/guest_json.hpp"
#include "fuzz.hpp"
#include "xenvm/config_file.hpp"

using namespace xm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    const xenvm::ParsedConfig parsed = xenvm::parse_config(text);
    for (const xenvm::ConfigProblem& problem : parsed.problems)
        fuzz::expect(problem.line >= 0 && !problem.text.empty(), "each mistake has a line and a text");
    const auto written = connect::to_json(parsed.config.spec);
    fuzz::expect(connect::to_json(connect::guest_spec_from_json(written)) == written, "the spec can be sent");
    return 0;
}
