#pragma once
// Rules of the argo firewall: who may talk to whom between domains. Stored per VM as a list of texts,
//   rule     = endpoint "->" endpoint
//   endpoint = domain [ ":" ( digits | "*" ) ]
//   domain   = "*" | "0" | uuid | "myself" | "my-stubdom" | "seamless" | "myself-if-seamless"
//            | "dom-type=" name | "dom-name=" name          name: letters, digits, "-", "_", "."
// in any case (it is lowered), with blanks and tabs around the parts.

#include "base/uuid.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xm::xenmgr {

struct ArgoEndpoint {
    enum class Who : std::uint8_t {
        any,
        dom0,
        myself,
        my_stubdom,
        seamless,
        myself_if_seamless,
        type,    // every running VM of type `name`; compare without regard to case
        name,    // every running VM called `name`; likewise
        vm,      // the VM with uuid `name`
    };
    Who who = Who::any;
    std::string name;
    std::optional<std::uint32_t> port;    // nothing: any
    bool operator==(const ArgoEndpoint&) const = default;
};

struct ArgoRule {
    ArgoEndpoint from;
    ArgoEndpoint to;
    bool operator==(const ArgoRule&) const = default;
};

std::optional<ArgoRule> parse_argo_rule(std::string_view untrusted_text);
std::string to_text(const ArgoRule& rule);    // ports that are any are left out
ArgoRule inverse(const ArgoRule& rule);       // for the answers

std::vector<ArgoRule> argo_rules(const ConfigTree& tree);    // those that can be read
StringList list_argo_rules(const ConfigTree& tree);
// Throw rule_parse_error. A rule that is there already is not added again; all equal ones are deleted.
Change plan_add_argo_rule(const ConfigTree& tree, Uuid vm, std::string_view untrusted_text);
Change plan_delete_argo_rule(const ConfigTree& tree, Uuid vm, std::string_view untrusted_text);

}    // namespace xm::xenmgr
