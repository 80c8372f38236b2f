#pragma once
// Catch's own main(), for programs that have something to do before it. Catch is compiled in one place, with this.

namespace xm::test {
int run_tests(int argc, char** argv);    // exit status
}
