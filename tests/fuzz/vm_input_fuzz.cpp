// What clients of the manager hand in as text: argo rules, PCI addresses, MACs, database keys, the JSON of a new VM.
// Each is refused, or has a normal form that reads back as itself.

#include "base/mac.hpp"
#include "fuzz.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/argo_rules.hpp"
#include "xenmgr/config/creation.hpp"
#include "xenmgr/config/json_tree.hpp"
#include "xenmgr/config/pci_rules.hpp"

using namespace xm;
using namespace xm::xenmgr;

namespace {

class NoVms final : public VmSet {
public:
    void each(const Visit&) const override {}
    const ConfigTree* find(Uuid) const override { return nullptr; }
};

void try_texts(std::string_view input) {
    if (const auto rule = parse_argo_rule(input))
        fuzz::expect(parse_argo_rule(to_text(*rule)) == rule, "an argo rule reads back");
    if (const auto address = PciAddress::parse(input))
        fuzz::expect(PciAddress::parse(address->text()) == address, "a PCI address reads back");
    if (const auto mac = parse_mac(input)) fuzz::expect(parse_mac(*mac) == mac, "a MAC reads back");
    fuzz::accepts([&] {
        const auto key = db_key_path(input);
        fuzz::expect(db_key_path(key) == key, "a database key reads back");
    });
}

void try_new_vm(std::string_view input) {
    fuzz::accepts([&] {
        const auto vm = plan_create({}, {.json = std::string{input}}, NoVms{});
        fuzz::expect(parse_tree(to_json(vm.tree), errors::bad_json, "") == vm.tree, "a new VM reads back");
        for (const auto& entry : vm.tree.entries())
            fuzz::expect(!is_protected_key(entry.key.view()), "nothing says what the VM may do");
    });
}

}    // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto input = fuzz::as_text(data, size);
    try_texts(input);
    try_new_vm(input);
    return 0;
}
