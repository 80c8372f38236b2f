#pragma once
// Creating and deleting VMs: policy, plan, store, show, hook, tell. Creations take turns, so that two of them never get
// the same slot or uuid.

#include "connect/db.hpp"
#include "connect/hooks.hpp"
#include "connect/turns.hpp"
#include "xenmgr/config/creation.hpp"
#include "xenmgr/config/templates.hpp"
#include "xenmgr/life/lives.hpp"
#include "xenmgr/manager/listener.hpp"
#include "xenmgr/manager/registry.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace xm::xenmgr {

class VmMaker {
public:
    struct Parts {
        connect::Database& database;
        connect::Hooks& hooks;
        Registry& registry;
        Lives& lives;
        Listener& listener;
    };
    VmMaker(boost::asio::any_io_executor executor, Parts parts, Templates templates, Limits limits)
        : parts_{parts}, templates_{std::move(templates)}, limits_{limits}, turns_{std::move(executor)} {}

    const Templates& templates() const { return templates_; }
    connect::Turns& turns() { return turns_; }    // held by whoever makes a VM known

    // An empty template name means: no template. Throws action_forbidden_by_policy (restricted only), and what
    // plan_create throws. The VM exists and is shown, even if its run-post-create hook fails (hook_failed).
    boost::asio::awaitable<Uuid> create(std::string template_name, CreateRequest request);
    boost::asio::awaitable<Uuid> create_child(Uuid parent, std::string child_tag);

    // Throws vm_running, hook_failed; with Reach::restricted also action_forbidden_by_policy.
    boost::asio::awaitable<void> remove(Uuid vm, Reach reach);

    // Service VMs, as their templates say; called once at start, before anything is shown.
    boost::asio::awaitable<void> configure_service_vms();

private:
    boost::asio::awaitable<void> store(const Uuid& vm, const ConfigTree& tree);
    void require_allowed(const char* key, const char* what) const;

    Parts parts_;
    Templates templates_;
    Limits limits_;
    connect::Turns turns_;
};

}    // namespace xm::xenmgr
