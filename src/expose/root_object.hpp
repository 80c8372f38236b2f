#pragma once
// The object "/": everything about the host as a whole.

#include "bus/family.hpp"
#include "xenmgr/manager/manager.hpp"
#include "xenmgr/manager/script_queue.hpp"

namespace xm::expose {

class RootFamily final : public bus::Family {
public:
    RootFamily(xenmgr::Manager& manager, xenmgr::ScriptQueue& scripts) : manager_{manager}, scripts_{scripts} {}

    std::span<const bus::Interface* const> interfaces() const override;
    std::vector<std::string> paths() const override { return {"/"}; }
    std::unique_ptr<bus::Object> find(std::string_view path) override;

private:
    xenmgr::Manager& manager_;
    xenmgr::ScriptQueue& scripts_;
};

}    // namespace xm::expose
