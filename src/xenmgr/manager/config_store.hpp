#pragma once
// Changes made durable, then real, then known: dbd commits, the registry applies, listeners hear which properties have
// a new value. If storing fails nothing changes. Changes of one VM take turns, so that what was decided still holds
// when it is stored; changes of different VMs do not wait for each other.

#include "connect/db.hpp"
#include "connect/turns.hpp"
#include "xenmgr/manager/listener.hpp"
#include "xenmgr/manager/registry.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>

namespace xm::xenmgr {

// What a change of a VM, or of the host, means outside of the configuration. Called from the loop; must not wait, throw
// or change anything.
class ChangeFollower {
public:
    virtual ~ChangeFollower() = default;

    virtual void about_to_store(const VmChange& change) = 0;
    virtual void stored(const VmChange& change) = 0;    // also if nothing had to be stored
    virtual void host_stored(const Change& change) = 0;
};

class ConfigStore {
public:
    ConfigStore(boost::asio::any_io_executor executor, connect::Database& database, Registry& registry,
                Listener& listener, ChangeFollower& follower);

    // `decide` sees the VM as it is at its turn and returns what to change; it may throw. With Scope::all it may decide
    // about several VMs, and no other such decision is under way.
    enum class Scope { one, all };
    using Decide = std::function<VmChanges(const VmView&)>;
    boost::asio::awaitable<void> change(Uuid vm, Scope scope, Decide decide);

    using DecideHost = std::function<Change(const ConfigTree&)>;
    boost::asio::awaitable<void> change_host(DecideHost decide);

    // Somebody else stored this: take it over and tell. For a VM, only while holding its turn.
    void adopt(const Uuid& vm, ConfigTree tree);
    void adopt_host(ConfigTree tree);

    boost::asio::awaitable<connect::Turns::Turn> turn_of(Uuid vm) { return turns_of(vm).take(); }

    void forget(const Uuid& vm);    // deleted: nothing is announced any more

private:
    connect::Turns& turns_of(const Uuid& vm);
    void apply(const VmChange& change);
    void announce(const Uuid& vm, const Effects& effects);
    void announce_config_later(const Uuid& vm);

    boost::asio::any_io_executor executor_;
    connect::Database& database_;
    Registry& registry_;
    Listener& listener_;
    ChangeFollower& follower_;
    std::map<Uuid, std::unique_ptr<connect::Turns>> turns_;
    std::map<Uuid, boost::asio::steady_timer> quiet_;    // running while vm_config_changed is being held back
    connect::Turns all_turns_;
    connect::Turns host_turns_;
};

}    // namespace xm::xenmgr
