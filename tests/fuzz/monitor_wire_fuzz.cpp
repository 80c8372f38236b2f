// Requests, replies and notifications on a monitor's socket.

#include "connect/monitor_wire.hpp"
#include "fuzz.hpp"

using namespace xm;
namespace wire = xm::connect::wire;

namespace {

template <class Parse>
void survives_the_journey(Parse parse, std::string_view text) {
    fuzz::accepts([&] {
        const auto message = parse(text);
        fuzz::expect(parse(wire::to_text(message)) == message, "what is sent is what is read");
    });
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = fuzz::as_text(data, size);
    survives_the_journey(wire::parse_request, text);
    survives_the_journey(wire::parse_reply, text);
    survives_the_journey(wire::parse_notification, text);
    return 0;
}
