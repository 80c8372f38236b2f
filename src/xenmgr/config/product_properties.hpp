#pragma once
// Product properties of a VM that came with an appliance (OVF), productproperty/<id>/...

#include "base/uuid.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

// id, type, key, class, instance, label, description, user-configurable, password; entries without key are left out.
std::vector<StringMap> list_product_properties(const ConfigTree& tree);

// Throw no_such_product_property; setting also bad_value if the text does not fit the property's type.
std::string get_product_property(const ConfigTree& tree, Uuid vm, std::string_view id);
Change plan_set_product_property(const ConfigTree& tree, Uuid vm, std::string_view id,
                                 std::string_view untrusted_value);

// What is wrong with a value of a type (uint8 ... sint64, real32, real64, Boolean, String); nothing if it is fine.
std::optional<std::string> product_value_complaint(std::string_view type, std::string_view value);

}    // namespace xm::xenmgr
