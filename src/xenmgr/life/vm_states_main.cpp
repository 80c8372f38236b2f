// vm-states: prints docs/vm-states.md.

#include "xenmgr/life/states_page.hpp"

#include <cstdio>

int main() {
    const std::string page = xm::xenmgr::states_page();
    return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
