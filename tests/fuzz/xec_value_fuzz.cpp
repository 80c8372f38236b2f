// Values of the command line: "<type>\n<text>" is read as the type says, then printed. The printed form must be read
// again as the same value. Descriptors are left out: their number is different after each reading.

#include "fuzz.hpp"
#include "xec/signature.hpp"
#include "xec/terminal.hpp"
#include "xec/value_json.hpp"
#include "xec/value_parse.hpp"
#include "xec/value_print.hpp"

#include <algorithm>

using namespace xm;

namespace {

// Wrapped into a struct, because alone at the top level texts stand without quotes.
void check_round_trip(const bus::Variant& value) {
    const auto shown = '[' + xec::to_inline(value) + ']';
    if (value.signature.find('h') != std::string::npos || shown.find("h:") != std::string::npos) return;
    const bool too_deep_once_wrapped = std::ranges::count_if(shown, [](char c) { return c == '[' || c == ':'; }) > 60;
    if (too_deep_once_wrapped) return;
    const auto again = xec::parse_value('(' + value.signature + ')', shown, "fuzz");
    fuzz::expect(xec::to_inline(again) == shown, "what was printed reads back");
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::as_text(data, size);
    xec::display_width(xec::escape_control(input));
    const auto type = input.substr(0, input.find('\n'));
    if (type.size() == input.size() || !xec::is_single_type(type)) return 0;
    bus::Variant value;
    if (!fuzz::accepts([&] { value = xec::parse_value(type, input.substr(type.size() + 1), "fuzz"); })) return 0;
    xec::to_text(value);
    xec::compact(xec::to_json(value));
    check_round_trip(value);
    return 0;
}
