#pragma once
// The proxy's own connection to the bus, apart from its guests': who owns which name, what the manager and the database
// tell of VMs, the types of methods, and the proxy's own service. Comes back when the bus does.

#include "rpcproxy/bus_names.hpp"
#include "rpcproxy/conversation.hpp"
#include "rpcproxy/json_signatures.hpp"
#include "rpcproxy/policies.hpp"
#include "rpcproxy/proxy.hpp"

#include "bus/client.hpp"
#include "bus/connection.hpp"
#include "bus/service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace xm::rpcproxy {

class ControlBus final : public BusNames, public VmSource, public MethodTypes, public BusReadiness {
public:
    struct Events {
        std::function<void(const Uuid&)> vm_changed;
        std::function<void()> all_changed;    // the manager or the database came or went
        std::function<void()> lost;           // the bus is gone, and all connections to it
        std::function<void()> ready;          // the names are ours, or there are none to have; also after each loss
    };
    struct Choices {
        bool server;                      // own the public name as well
        std::chrono::seconds patience;    // with those who are asked while a guest waits
    };
    // connector: to the bus; outlives this. family: what the proxy serves on "/"; outlives this.
    ControlBus(boost::asio::io_context& loop, Connector& connector, bus::Family& family, Choices choices);
    ~ControlBus() override;

    void start(Events events);
    bool ready() const { return ready_; }    // knows all names
    // Waits until ready, not longer than others are waited for; tells whether it is.
    boost::asio::awaitable<bool> wait_ready() override;

    void catch_up() override;
    boost::asio::awaitable<VmProperties> properties(Uuid vm, std::vector<std::string> names) override;
    boost::asio::awaitable<std::optional<std::vector<Line>>> rules(Uuid vm) override;
    void ask(const JsonPeer::Pending& call, Answer answer) override;

private:
    // What belongs to one life of the bus.
    struct Life;

    void connect();
    void retry();
    void on_lost();
    void take_names(Life& life);
    boost::asio::awaitable<void> learn(std::shared_ptr<Life> life);
    boost::asio::awaitable<std::optional<std::string>> types_of(std::shared_ptr<Life> life, JsonPeer::Pending call);

    boost::asio::io_context& loop_;
    Connector& connector_;
    std::string address_;
    bus::Family& family_;
    Choices choices_;
    Events events_;
    std::shared_ptr<Life> life_;
    SignatureCache signatures_;
    boost::asio::steady_timer again_;
    boost::asio::steady_timer readiness_;
    std::chrono::milliseconds pause_{100};
    bool ready_ = false;
};

}    // namespace xm::rpcproxy
