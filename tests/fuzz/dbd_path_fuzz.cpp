// Paths of the configuration database: refused, or in a normal form that stays as it is.

#include "dbd/path.hpp"
#include "fuzz.hpp"

using namespace xm;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::accepts([&] {
        const auto path = dbd::Path::parse(fuzz::as_text(data, size));
        fuzz::expect(dbd::Path::parse(path.text()) == path, "the normal form of a normal form is itself");
        fuzz::expect(path.parts().size() <= dbd::Limits::depth, "no path is deeper than the limit");
        fuzz::expect(path.contains(path), "a path contains itself");
    });
    return 0;
}
