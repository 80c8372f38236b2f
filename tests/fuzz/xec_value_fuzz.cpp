// Values of the command line: "<type>\n<text>" is read as the type says, then printed.

#include "fuzz.hpp"
#include "xec/signature.hpp"
#include "xec/value_parse.hpp"
#include "xec/value_print.hpp"

using namespace xm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::as_text(data, size);
    const auto type = input.substr(0, input.find('\n'));
    if (type.size() == input.size() || !xec::is_single_type(type)) return 0;
    fuzz::accepts([&] {
        const auto value = xec::parse_value(type, input.substr(type.size() + 1), "fuzz");
        xec::to_text(value);
        xec::to_inline(value);
    });
    return 0;
}
