#pragma once
// The monitor of one virtual machine: its state, what commands do to it, and what happens when its domain dies. It
// decides nothing about policy; it tells what it sees. Owned by main, outlives every command.
//
// Requests that do not fit the present state fail with errors::vm_bad_state. Only destroy() fits every state: it ends
// whatever is in progress. A command that waits for the guest is answered when the guest has done it.

#include "base/uuid.hpp"
#include "connect/wake_list.hpp"
#include "model/monitor_facts.hpp"
#include "xenvm/engine.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <initializer_list>
#include <string>

namespace xm::xenvm {

// Where notifications go: sockets of subscribers, the bus.
class NewsSink {
public:
    virtual ~NewsSink() = default;
    // code: connect::NotifyCode. An empty message: only the facts changed.
    virtual void on_news(int code, const std::string& message, const model::MonitorFacts& facts) = 0;
};

struct RestoreOptions {
    std::string file;
    bool paused = false;
    bool remove_file = true;
};

class Monitor final : private DomainEvents {
public:
    template <class T>
    using awaitable = boost::asio::awaitable<T>;
    using Milliseconds = std::chrono::milliseconds;

    Monitor(boost::asio::any_io_executor executor, Uuid uuid, Engine& engine, NewsSink& news);

    void adopt();    // takes over the domain, if there is one

    // What a machine that reboots by itself is started with again; otherwise, and if this fails, with what it had.
    void restart_with(std::function<model::GuestSpec()> renewed) { renewed_ = std::move(renewed); }

    // As of now: a domain that died unnoticed is noticed here.
    const model::MonitorFacts& facts();
    model::GuestSpec spec();    // of the domain, devices added since included; fails with errors::no_domain

    awaitable<void> start(model::GuestSpec spec, bool paused);
    awaitable<void> pause();
    awaitable<void> unpause();    // without a domain: nothing
    awaitable<void> shutdown(Milliseconds limit);
    awaitable<void> reboot(Milliseconds limit);
    awaitable<void> reset();
    awaitable<void> destroy();
    awaitable<void> leave();    // before this process ends: the domain stays unless it is half built
    awaitable<void> sleep(Milliseconds limit);
    awaitable<void> hibernate(Milliseconds limit);
    awaitable<void> wake();
    awaitable<void> suspend(std::string file);
    awaitable<void> checkpoint(std::string file);
    awaitable<void> restore(model::GuestSpec spec, RestoreOptions options);
    awaitable<void> set_memory_target(std::int64_t memory_kib);

    Engine& engine() { return engine_; }    // for device commands, which touch no state

private:
    using States = std::initializer_list<model::VmState>;

    void on_domain(DomainNews news, std::int64_t value) override;
    void look();
    void read_domain();
    void enter(model::VmState state);
    void tell(int code, const std::string& message);
    void require(States allowed, std::string_view operation);
    bool alive() const;

    awaitable<void> clear_away();
    awaitable<void> build(model::GuestSpec spec, bool paused);
    awaitable<void> revive(RestoreOptions options, model::GuestSpec spec);
    awaitable<void> give_up(std::int64_t operation, std::string cause);
    awaitable<void> told(awaitable<void> request);
    awaitable<void> wait_while_alive(Milliseconds limit);
    void on_death(model::DownReason reason);
    model::GuestSpec spec_for_restart() const;
    awaitable<void> bury(model::DownReason reason);
    awaitable<void> await_death(model::DownReason wanted, Milliseconds limit);

    boost::asio::any_io_executor executor_;
    Engine& engine_;
    NewsSink& news_;
    model::MonitorFacts facts_;
    std::function<model::GuestSpec()> renewed_;
    model::GuestSpec spec_;         // of the last start, for restarts by the monitor itself
    std::int64_t operation_ = 0;    // number of the last start, restore or destroy: a late failure knows it is late
    bool burying_ = false;
    int ending_ = 0;    // destroy commands in progress
    model::DownReason last_death_ = model::DownReason::none;
    connect::WakeList changed_;
};

}    // namespace xm::xenvm
