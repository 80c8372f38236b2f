#pragma once
// docs/vm-states.md, written from the table of machine.hpp: a diagram and every row. A test compares the file with it.

#include <string>

namespace xm::xenmgr {

std::string states_page();

}    // namespace xm::xenmgr
