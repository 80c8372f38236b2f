#pragma once
// Network firewall rules of a VM, firewall-rule/<id>/{direction,remote-ip,extra}; the network daemon carries them out.
// The caller has asked require_edit_allowed() before.

#include "base/uuid.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <string_view>
#include <vector>

namespace xm::xenmgr {

struct NetRule {
    int id = 0;
    std::string direction;    // "in" or "out"
    std::string remote_ip;
    std::string extra;
};

// Replaces a rule of the same id. Throws bad_direction, bad_value.
Change plan_add_net_rule(const ConfigTree& tree, Uuid vm, const NetRule& untrusted_rule);
Change plan_delete_net_rule(const ConfigTree& tree, int id);      // nothing for an unknown id
std::vector<StringMap> list_net_rules(const ConfigTree& tree);    // id, direction, remote-ip, extra

}    // namespace xm::xenmgr
