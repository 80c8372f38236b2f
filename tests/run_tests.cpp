#include "run_tests.hpp"

#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

int xm::test::run_tests(int argc, char** argv) { return Catch::Session().run(argc, argv); }
