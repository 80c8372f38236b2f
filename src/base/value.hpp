#pragma once
// What a property can hold: the kinds that occur in our interfaces, as plain C++ values.
// D-Bus signatures: b, i, x, s (and o), as (and ao), a{ss}.

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace xm {

using StringList = std::vector<std::string>;
using StringMap = std::map<std::string, std::string>;
using Value = std::variant<bool, std::int32_t, std::int64_t, std::string, StringList, StringMap>;

}    // namespace xm
