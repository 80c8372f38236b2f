#include "expose/vm_object.hpp"

#include "expose/paths.hpp"
#include "expose/vm_companions.hpp"
#include "expose/vm_face.hpp"

#include <array>

namespace xm::expose {
namespace {

class VmObject final : public bus::Object {
public:
    VmObject(xenmgr::Manager& manager, const Uuid& vm)
        : vm_{manager, vm}, unrestricted_{manager, vm}, auth_{manager, vm}, pci_{manager, vm}, product_{manager, vm} {}

    std::span<const bus::Face> faces() override { return faces_; }

private:
    VmFace vm_;
    VmUnrestrictedFace unrestricted_;
    VmAuthFace auth_;
    VmPciFace pci_;
    VmProductFace product_;
    // The guarded face comes first: a caller who names no interface is asked for the policy.
    const std::array<bus::Face, 5> faces_{gen::xenmgr_vm::face(vm_), gen::xenmgr_vm_unrestricted::face(unrestricted_),
                                          gen::xenmgr_vm_auth::face(auth_), gen::xenmgr_vm_pci::face(pci_),
                                          gen::xenmgr_vm_product::face(product_)};
};

}    // namespace

std::span<const bus::Interface* const> VmFamily::interfaces() const {
    static const std::array all{&gen::xenmgr_vm::interface(), &gen::xenmgr_vm_unrestricted::interface(),
                                &gen::xenmgr_vm_auth::interface(), &gen::xenmgr_vm_pci::interface(),
                                &gen::xenmgr_vm_product::interface()};
    return all;
}

std::vector<std::string> VmFamily::paths() const {
    std::vector<std::string> paths;
    for (const auto& vm : manager_.registry().uuids())
        paths.push_back(xenmgr::vm_path(vm));
    return paths;
}

std::unique_ptr<bus::Object> VmFamily::find(std::string_view path) {
    const auto vm = parse_vm_path(path);
    if (!vm || !manager_.registry().has(*vm)) return nullptr;
    return std::make_unique<VmObject>(manager_, *vm);
}

}    // namespace xm::expose
