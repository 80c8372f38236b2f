// What a foreign service says about its objects, as xec reads it.

#include "fuzz.hpp"
#include "xec/introspection.hpp"

using namespace xm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::accepts([&] {
        const auto description = xec::parse_introspection(fuzz::as_text(data, size));
        xec::render(xec::chosen(description, std::nullopt));
    });
    return 0;
}
