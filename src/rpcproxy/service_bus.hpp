#pragma once
// What the proxy serves on "/": com.citrix.xenclient.rpc_proxy and its companion .control.

#include "rpcproxy/policies.hpp"
#include "rpcproxy/proxy.hpp"

#include "bus/family.hpp"
#include "gen/rpc_proxy_control_server.hpp"
#include "gen/rpc_proxy_server.hpp"

#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace xm::rpcproxy {

class ServiceBus final : public bus::Family, private gen::rpc_proxy::Server, private gen::rpc_proxy_control::Server {
public:
    explicit ServiceBus(connect::store::Store& xenstore) : xenstore_{xenstore} {}    // outlives this
    // Before the first call; both outlive this.
    void speak_for(Policies& policies, const Proxy& proxy) {
        policies_ = &policies;
        proxy_ = &proxy;
    }

    std::span<const bus::Interface* const> interfaces() const override;
    std::vector<std::string> paths() const override { return {"/"}; }
    std::unique_ptr<bus::Object> find(std::string_view path) override;

private:
    template <class T>
    using Task = boost::asio::awaitable<T>;

    Task<void> add_rule(std::string rule, bus::Caller caller) override;
    Task<void> delete_rule(std::string rule, bus::Caller caller) override;
    Task<std::vector<std::string>> list_rules(bus::Caller caller) override;
    Task<bool> validate_call(std::int32_t domain, std::string destination, std::string interface_, std::string member,
                             bus::Caller caller) override;
    Task<bool> validate_recv_signal(std::int32_t domain, std::string interface_, std::string member,
                                    bus::Caller caller) override;
    Task<bool> validate_send_signal(std::int32_t domain, std::string interface_, std::string member,
                                    bus::Caller caller) override;

    Task<std::tuple<bool, std::string, std::string>> explain(std::int32_t domain, std::string direction,
                                                             std::map<std::string, std::string> message,
                                                             bus::Caller caller) override;
    Task<std::vector<std::string>> lint(std::string rules, bus::Caller caller) override;
    Task<std::vector<std::tuple<std::string, std::string, std::uint64_t, std::uint64_t>>> rule_counters(
        bus::Caller caller) override;
    Task<std::vector<std::tuple<std::string, std::int32_t, std::string, std::uint64_t, std::uint64_t, std::uint64_t>>>
    conversations(bus::Caller caller) override;
    Task<std::int32_t> GetConnectionDOMID(std::string name, bus::Caller caller) override;
    Task<std::tuple<std::int32_t, std::string>> connection_identity(std::string name, bus::Caller caller) override;

    Task<bool> validate(std::int32_t domain, struct Question question);
    Task<std::shared_ptr<const Guest>> guest_of(std::int32_t domain, struct Question& question);
    const Conversation& conversation(const std::string& name) const;
    struct Circumstances circumstances() const;
    void refuse_guests(const bus::Caller& caller) const;

    connect::store::Store& xenstore_;
    Policies* policies_ = nullptr;
    const Proxy* proxy_ = nullptr;
};

}    // namespace xm::rpcproxy
