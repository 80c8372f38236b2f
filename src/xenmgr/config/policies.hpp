#pragma once
// com.citrix.xenclient.policy: the seven policies of a VM as one text of words that forbid, joined by semicolons.
// A word that is absent allows; words that are not known are passed over.

#include "xenmgr/config/config_tree.hpp"

#include <string>
#include <string_view>

namespace xm::xenmgr {

Change plan_enforce_policies(std::string_view untrusted_words);    // writes all seven
std::string retrieve_policies(const ConfigTree& tree);

}    // namespace xm::xenmgr
