#pragma once
// The order of work for each message of one conversation: what it is, whether it answers a call that waits, what the
// rules say, what the quotas say, and only then on with it, byte for byte or made anew from the parsed form. Knows no
// sockets and no clock.

#include "rpcproxy/bus_names.hpp"
#include "rpcproxy/guest.hpp"
#include "rpcproxy/holdings.hpp"
#include "rpcproxy/message.hpp"
#include "rpcproxy/pending.hpp"
#include "rpcproxy/quota.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

// A message that does not pass, for the log.
struct Denial {
    Direction direction;
    const Message& message;
    const Verdict& verdict;
    const Facts* facts = nullptr;    // what was known of the guest
};

// Where a gate's work goes. The bytes are valid for the length of the call.
class GateOutput {
public:
    virtual ~GateOutput() = default;
    virtual void to_bus(Bytes message) = 0;
    virtual void to_peer(const Message& message) = 0;
    virtual void on_denied(const Denial& denial) = 0;
    virtual void on_passed(Direction direction, const Message& message, const Verdict& verdict) = 0;
};

struct GateOptions {
    bool firewall = true;
    bool compat_interface_match = false;    // what is denied passes if rules without their interfaces allow it
    bool translate_anonymous = false;       // unique destinations become the well-known name behind them
    bool hide_owners = false;               // GetNameOwner answers the name itself
    bool say_hello = false;                 // for peers that do not do so themselves
    std::string request_name;               // what RequestName asks for instead, $UUID filled in; empty: as it is
};

class Gate {
public:
    // All outlive the gate.
    Gate(const GateOptions& options, const Quota& quota, BusNames& names, GateOutput& output);

    // Whose conversation it is; facts are fixed for its life, what the guest may do is not.
    void set_guest(Facts facts, std::shared_ptr<const Guest> guest);
    void set_requested_name(std::string name) { requested_name_ = std::move(name); }

    // One whole message. A fault ends the conversation.
    Fault from_peer(Bytes bytes);
    Fault from_bus(Bytes bytes);

    // Whether a call of this kind would pass, before it is worth a question to its service.
    bool would_pass(std::string_view destination, std::string_view interface, std::string_view member);

    // The bus is gone: everybody who waits is told.
    void bus_lost();

    // The bus has not yet said which name the connection has. Until then nothing more of the peer is to be taken: its
    // services could not learn whose call it is, and libraries expect the answer to Hello before any other.
    bool awaits_name() const { return awaits_name_; }

    const Guest* guest() const { return guest_.get(); }
    const std::string& unique_name() const { return unique_name_; }
    std::size_t waiting() const { return to_bus_.size(); }

private:
    using Names = std::vector<std::string_view>;

    Fault hello(const Message& message);
    void call_to_bus(const Message& message);
    void deny_call(const Message& call, const Verdict& verdict);
    void answer_to_bus(const Message& message);
    void signal_to_bus(const Message& message);
    void drop_unreadable(const Message& message, Fault why);
    void call_to_peer(const Message& message);
    void answer_to_peer(const Message& message);
    void signal_to_peer(const Message& message);

    Verdict judge(Direction direction, const Message& message, std::span<const std::string_view> destinations,
                  std::span<const std::string_view> senders);
    void take_in_news();
    std::span<const std::string_view> names_of(const std::optional<std::string_view>& address, Names& own) const;
    const char* over_quota(const Message& call) const;
    std::vector<std::byte> renamed(const Message& call) const;
    void pass_on(const Message& call, const Verdict& verdict);
    void count_holdings(const Message& call);
    void pass_call(const Message& call, PendingCall::Kind kind);
    void refuse(const Message& call, std::string_view error, const std::string& text);
    void error_to_peer(std::uint32_t call, std::string_view error, std::string_view text);
    void error_to_bus(std::uint32_t call, std::string_view caller, std::string_view text);
    void deny(Direction direction, const Message& message, const Verdict& verdict);
    bool answers(const Message& answer, const PendingCall& call) const;

    const GateOptions& options_;
    const Quota& quota_;
    BusNames& names_;
    GateOutput& output_;
    Facts given_;    // of the transport and the command line: fixed
    std::shared_ptr<const Guest> guest_;
    Facts facts_;    // with what the manager told, as of version_
    std::uint64_t version_ = 0;
    std::string requested_name_;
    std::string unique_name_;
    PendingCalls to_bus_;
    PendingCalls to_peer_;
    Holdings match_rules_;
    Holdings names_asked_;
    std::uint32_t serial_ = 0x8000'0000;    // of our own answers
    bool greeted_ = false;
    bool awaits_name_ = false;
};

}    // namespace xm::rpcproxy
