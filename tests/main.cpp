#include "run_tests.hpp"

int main(int argc, char** argv) { return xm::test::run_tests(argc, argv); }
