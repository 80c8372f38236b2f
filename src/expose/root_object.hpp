#pragma once
// The object "/": everything about the host as a whole.

#include "bus/family.hpp"
#include "expose/announcer.hpp"
#include "expose/guest_callers.hpp"
#include "xenmgr/manager/gathering.hpp"
#include "xenmgr/manager/manager.hpp"
#include "xenmgr/manager/script_queue.hpp"

namespace xm::expose {

class RootFamily final : public bus::Family {
public:
    struct Parts {
        xenmgr::Manager& manager;
        xenmgr::ScriptQueue& scripts;
        xenmgr::Gathering& gathering;
        GuestCallers& callers;
        Announcer& announcer;
    };
    explicit RootFamily(Parts parts) : parts_{parts} {}

    std::span<const bus::Interface* const> interfaces() const override;
    std::vector<std::string> paths() const override { return {"/"}; }
    std::unique_ptr<bus::Object> find(std::string_view path) override;

private:
    Parts parts_;
};

}    // namespace xm::expose
