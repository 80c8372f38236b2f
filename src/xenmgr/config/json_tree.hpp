#pragma once
// JSON text of the configuration database and of templates, to and from ConfigTree. Read as a stream: no document
// is built, so that a thousand VMs load in tens of milliseconds.

#include "base/error_info.hpp"
#include "base/uuid.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

struct Store {
    std::map<Uuid, ConfigTree> vms;
    ConfigTree host;                     // everything outside /vm and /dom-store, keys from the root: "xenmgr/isos"
    std::vector<std::string> ignored;    // names below /vm that are not uuids in canonical form
};

// Throws bad_json. Nodes without a text (null, arrays) read as absent, as the database itself reads them.
Store load_store(std::string_view dump_of_root);
Store load_vms(std::string_view dump_of_vm);    // what `dump /vm` answers; `null` means no VM

ConfigTree load_tree(std::string_view dump);    // of one VM's node; `null` is an empty tree

// One object from outside. Numbers and booleans become text; arrays, null and names that are no single path segment
// are refused with `refusal`, concerning `object` (a file name, "json").
ConfigTree parse_tree(std::string_view json, const ErrorInfo& refusal, std::string_view object);

std::string to_json(const ConfigTree& tree);    // nested, all values texts, for the database's inject

}    // namespace xm::xenmgr
