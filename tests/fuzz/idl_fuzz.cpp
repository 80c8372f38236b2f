// Interface files of others, through all stages of rpcgen: faults are listed, never thrown, and what has no fault is
// emitted in every form.

#include "fuzz.hpp"
#include "rpcgen/check.hpp"
#include "rpcgen/emit.hpp"
#include "rpcgen/output.hpp"

using namespace xm::rpcgen;
using xm::fuzz::as_text;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto templates = read_templates(XM_RPCGEN_TEMPLATES);
    Diagnostics faults;
    const auto root = read(as_text(data, size), "fuzz.xml", faults);
    if (!faults.empty()) return 0;
    auto interfaces = build_model(root, "com.citrix.xenclient.");
    if (!check_layout(root).empty() || !check(interfaces).empty()) return 0;
    inherit_descriptions(interfaces);
    emit(interfaces,
         {Product::schema, Product::server, Product::client, Product::docs, Product::introspection, Product::json},
         templates);
    return 0;
}
