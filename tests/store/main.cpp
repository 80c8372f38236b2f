// Tests of xenstore's client against the real daemon. Without a daemon to run, all of them are skipped.

#include "run_tests.hpp"
#include "store/xenstored.hpp"

#include <cstdio>

int main(int argc, char** argv) {
    constexpr int skipped = 77;
    if (xm::test::Xenstored::real() || ::access(XM_XENSTORED, X_OK) == 0) return xm::test::run_tests(argc, argv);
    std::puts("skipped: there is no " XM_XENSTORED " (package xen-utils-4.17)");
    return skipped;
}
