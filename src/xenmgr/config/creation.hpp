#pragma once
// New VMs from templates, as pure plans: the manager stores the tree as the VM's whole node and shows it then.

#include "base/uuid.hpp"
#include "xenmgr/config/config_tree.hpp"
#include "xenmgr/config/db_keys.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

struct CreateRequest {
    std::string json{};            // laid over the template; blank: nothing
    std::optional<Uuid> uuid{};    // nothing: the one in the configuration, or a fresh one
    std::string name{};            // the texts count if they are not empty
    std::string description{};
    std::string image_path{};
    bool allocate_slot = true;
    Reach reach = Reach::restricted;    // restricted: `json` cannot say what the VM may do (is_protected_key)
};

struct NewVm {
    Uuid uuid;
    ConfigTree tree;
};

// Throws bad_json, bad_value, invalid_uuid, uuid_in_use, too_many_vms.
NewVm plan_create(const ConfigTree& vm_template, const CreateRequest& request, const VmSet& vms);

// A helper VM for `parent`; `new_parent` is its node afterwards, if the template changes it.
struct NewChild {
    NewVm child;
    std::optional<ConfigTree> new_parent;
};
NewChild plan_create_child(const ConfigTree& child_template, const VmView& parent);

// Service VMs at every start of the manager: of the active tags, with the tree to be stored unless what is stored is
// to be kept. Throws bad_template for a template without uuid.
struct ServiceVm {
    std::string tag;
    Uuid uuid;
    std::optional<ConfigTree> write;
};
bool is_active_service(std::string_view tag, const ConfigTree& host);
std::vector<ServiceVm> plan_service_vms(const std::map<std::string, ConfigTree>& template_by_tag,
                                        const ConfigTree& host, const VmSet& vms);

}    // namespace xm::xenmgr
