#include "expose/root_object.hpp"

#include "expose/diag_face.hpp"
#include "expose/root_companions.hpp"
#include "expose/root_face.hpp"
#include "expose/settings_faces.hpp"

#include <array>

namespace xm::expose {
namespace {

class RootObject final : public bus::Object {
public:
    explicit RootObject(const RootFamily::Parts& parts)
        : root_{parts.manager},
          unrestricted_{parts.manager},
          config_{parts.manager},
          ui_{parts.manager},
          diag_{parts.manager, parts.gathering, parts.announcer},
          policy_{parts.manager},
          guest_requests_{parts.manager, parts.callers, parts.announcer},
          testing_{parts.scripts},
          control_{parts.manager} {}

    std::span<const bus::Face> faces() override { return faces_; }

private:
    RootFace root_;
    UnrestrictedRootFace unrestricted_;
    ConfigFace config_;
    UiConfigFace ui_;
    DiagFace diag_;
    PolicyFace policy_;
    GuestRequestFace guest_requests_;
    TestingFace testing_;
    ControlFace control_;
    const std::array<bus::Face, 9> faces_{gen::xenmgr::face(root_),
                                          gen::xenmgr_config::face(config_),
                                          gen::xenmgr_config_ui::face(ui_),
                                          gen::xenmgr_diag::face(diag_),
                                          gen::xenmgr_guestreq::face(guest_requests_),
                                          gen::xenmgr_testing::face(testing_),
                                          gen::xenmgr_unrestricted::face(unrestricted_),
                                          gen::policy::face(policy_),
                                          gen::xenmgr_control::face(control_)};
};

}    // namespace

std::span<const bus::Interface* const> RootFamily::interfaces() const {
    static const std::array all{&gen::xenmgr::interface(),
                                &gen::xenmgr_config::interface(),
                                &gen::xenmgr_config_ui::interface(),
                                &gen::xenmgr_diag::interface(),
                                &gen::xenmgr_guestreq::interface(),
                                &gen::xenmgr_testing::interface(),
                                &gen::xenmgr_unrestricted::interface(),
                                &gen::policy::interface(),
                                &gen::xenmgr_control::interface()};
    return all;
}

std::unique_ptr<bus::Object> RootFamily::find(std::string_view path) {
    if (path != "/") return nullptr;
    return std::make_unique<RootObject>(parts_);
}

}    // namespace xm::expose
