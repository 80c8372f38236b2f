#pragma once
// The firewall's rules as they are written: one line, one rule, the last one that matches decides. The manual is
// rpc-proxy.rules(5).

#include "base/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

enum class Direction : std::uint8_t { incoming, outgoing };    // incoming: from the guest to the bus

// D-Bus specification, "Message Format".
enum class Kind : std::uint8_t { method_call = 1, method_return = 2, error = 3, signal = 4 };

struct Condition {
    std::string property;    // of the guest's VM, on com.citrix.xenclient.xenmgr.vm.unrestricted
    bool value;
    bool operator==(const Condition&) const = default;
};

// Where a rule was written: "/etc/rpc-proxy.rules:12", or "/vm/<uuid>/rpc-firewall-rules/3".
struct Origin {
    std::string file;
    std::size_t line = 0;    // from 1; 0 if the origin is not a file
    bool operator==(const Origin&) const = default;
};

std::string to_string(const Origin& origin);

// An empty optional constrains nothing, but for stubdom: see judge.hpp.
struct Rule {
    bool allow = false;
    Direction direction = Direction::incoming;
    std::optional<Kind> kind{};    // nothing: any
    std::optional<std::string> destination{};
    std::optional<std::string> interface{};
    std::optional<std::string> member{};
    std::optional<std::string> sender{};
    std::optional<Uuid> dom_uuid{};
    std::optional<std::uint32_t> dom_id{};
    std::optional<std::string> dom_type{};
    std::optional<std::string> dom_name{};
    std::optional<bool> stubdom{};
    std::vector<Condition> conditions{};    // all must hold
    Origin origin{};
    std::string text{};    // as it was written, without comment and outer blanks
};

// What is wrong with a rule file, and where.
struct Malformed {
    Origin origin;
    std::size_t column = 0;    // from 1, in bytes
    std::string reason;        // "unknown word 'foo'; expected a specifier: destination, interface, ..."; escaped
};

std::string to_string(const Malformed& malformed);    // "F:12:7: reason"

struct Parsed {
    std::vector<Rule> rules;
    std::optional<Malformed> error;    // the first one; then there are no rules
};

// A whole file. Never half of it.
Parsed parse_rules(std::string_view text, const std::string& file);

// The rule of one database node, bound to the VM whose it is.
Parsed parse_vm_rule(std::string_view text, const Uuid& vm, const std::string& node);

// Whether a malformed rule of a VM may have been meant to deny: then the VM gets nothing until it is mended, whereas
// one line that begins with `allow` can be left out.
bool may_deny(std::string_view malformed);

}    // namespace xm::rpcproxy
