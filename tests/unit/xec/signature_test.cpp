#include "xec/signature.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace xm;
using namespace xm::xec;

TEST_CASE("a signature falls into its complete types") {
    const auto types = split_types("sa{sv}(i(ub))aayv");
    CHECK(types == std::vector<std::string_view>{"s", "a{sv}", "(i(ub))", "aay", "v"});
    CHECK(split_types("").empty());
}

TEST_CASE("damaged signatures are refused wherever they are damaged") {
    for (const auto* damaged : {"a", "(", "()", "(i", "a{s}", "a{vs}", "a{sv", "{sv}", "z", "si)", "a{ss", "a{a"}) {
        INFO(damaged);
        CHECK_THROWS_AS(split_types(damaged), Failure);
    }
}

TEST_CASE("nesting beyond what a bus allows is damaged, not a deep recursion") {
    CHECK(first_type(std::string(60, 'a') + "i").size() == 61);
    CHECK(first_type(std::string(100000, 'a') + "i").empty());
    CHECK(first_type(std::string(100000, '(')).empty());
}

TEST_CASE("one complete type is told from none and from two") {
    CHECK(is_single_type("a{s(ii)}"));
    CHECK_FALSE(is_single_type(""));
    CHECK_FALSE(is_single_type("ii"));
    CHECK_FALSE(is_single_type("x:"));
}
