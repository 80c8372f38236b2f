#pragma once
// Third stage: every reason to refuse the interfaces, in order of position. Pure; the rules stand one by one in
// check.cpp.

#include "rpcgen/model.hpp"

namespace xm::rpcgen {

// The root of one file: is it introspection data at all?
Diagnostics check_layout(const Element& root);

// All interfaces of one run together, since names of different files can clash.
Diagnostics check(const std::vector<Interface>& interfaces);

}    // namespace xm::rpcgen
