// Tests of xenstore's client against the real daemon. Without a daemon to run, all of them are skipped.

#define CATCH_CONFIG_RUNNER
#include "store/xenstored.hpp"

#include <catch2/catch.hpp>

#include <cstdio>

int main(int argc, char** argv) {
    constexpr int skipped = 77;
    if (xm::test::Xenstored::real() || ::access(XM_XENSTORED, X_OK) == 0) return Catch::Session().run(argc, argv);
    std::puts("skipped: there is no " XM_XENSTORED " (package xen-utils-4.17)");
    return skipped;
}
