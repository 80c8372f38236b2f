#pragma once
// The firewall's decision, a pure function of the rules, one message and what is known of the guest.
//
// The policy in prose
//   * Domain 0 is not judged. Everyone else needs an allow: what no rule matches is denied.
//   * The last rule that matches decides. A rule matches messages of its direction and kind for which all its
//     specifiers hold; `all` has none.
//   * What is absent from the message, or unknown of the guest, satisfies no allow that names it and every deny.
//   * A rule without `stubdom` says `stubdom false`: it is about guests that are no stub domains, be it allow or deny.
//     For outgoing messages the source is the host, so stubdom is false there; all other facts are the guest's.
//   * `interface I` holds for messages of interface I, and for Get, Set and GetAll of org.freedesktop.DBus.Properties
//     whose first argument is I. Nothing else of a body is looked at. A call without interface may be any.
//   * A signal has no one address: an allow matches it only if it says signal, or names an interface.
//   * A destination or sender known by several names is judged once for each, and passes if all do. One known by no
//     name is absent. What a guest says of the sender is not among the names.
//   * Some things no rule can allow to come from a guest: a call without a destination that has a name, a signal on
//     org.freedesktop.DBus, and to the bus itself BecomeMonitor, UpdateActivationEnvironment, a match rule that
//     eavesdrops.

#include "rpcproxy/rules.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

// What the rules see of a message. Views into the message; empty optionals are fields that it does not have.
struct Subject {
    Direction direction = Direction::incoming;
    Kind kind = Kind::method_call;
    std::span<const std::string_view> destinations{};    // well-known names that the destination stands for
    std::span<const std::string_view> senders{};         // the same of the sender
    std::optional<std::string_view> interface{};
    std::optional<std::string_view> member{};
    std::string_view signature{};                        // of the body
    std::optional<std::string_view> first_argument{};    // if the body begins with a string (s)
};

// What is known of the guest behind a conversation.
struct Facts {
    std::optional<std::uint32_t> domid{};
    std::optional<Uuid> uuid{};
    std::optional<bool> stubdom{};
    std::optional<std::string> type{};    // VM property "type"
    std::optional<std::string> name{};    // VM property "name"
};

// Boolean properties of the guest's VM; one that cannot be read, or is no boolean, is unknown.
class Properties {
public:
    virtual ~Properties() = default;
    virtual std::optional<bool> boolean(std::string_view property) const = 0;
};

struct Verdict {
    bool allow = false;
    const Rule* rule = nullptr;      // the one that decided; owned by the RuleSet
    const char* reason = nullptr;    // why, if no rule decided: static text such as "no rule matches"
    std::size_t position = 0;        // of `rule` in its RuleSet, for counters
    bool loosely = false;            // allowed only because the rules' interfaces were left out of account
    bool by_default = false;         // denied only because no rule matches: a waited-for answer may still pass
};

// Immutable and indexed once, so that ten thousand rules cost what ten do. Shared by all conversations; a reload makes
// a new one, so a message sees one set only.
class RuleSet {
public:
    RuleSet();
    explicit RuleSet(std::vector<Rule> rules);    // in file order, a VM's own rules last
    ~RuleSet();
    RuleSet(RuleSet&&) noexcept;
    RuleSet& operator=(RuleSet&&) noexcept;

    std::span<const Rule> rules() const;
    Verdict judge(const Subject& subject, const Facts& facts, const Properties& properties) const;

    // Why this call may not have the name that it requests, though the rules let it request names: services' names and
    // the firewall's own are not for guests. Nothing: it is no such call, or it may. gives_names: a guest gets the name
    // that it has, whatever it requests.
    const char* keeps_name_from(const Subject& call, bool gives_names) const;

    // The same rules but for interfaces, and whether they may let a message pass that the true ones deny, where old
    // rule files are served: it names an interface, and is not about properties.
    RuleSet without_interfaces() const;
    static bool may_ignore_interfaces(const Subject& subject);

    // Which properties of VMs any rule asks for, `type` and `name` included, sorted.
    std::span<const std::string> properties() const;

private:
    Verdict verdict_of(std::size_t position) const;

    struct Index;
    std::vector<Rule> rules_;
    std::unique_ptr<Index> index_;
};

}    // namespace xm::rpcproxy
