#include "base/failure.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace {

constexpr xm::ErrorInfo numbered{204, "vm_running", "org.freedesktop.DBus.Error.Failed", "Shut it down first."};
constexpr xm::ErrorInfo plain{0, "bad_path", "org.freedesktop.DBus.Error.Failed", ""};

std::string text_of(const auto& throwing) {
    try {
        throwing();
    } catch (const xm::Failure& failure) {
        return failure.what();
    }
    return "nothing was thrown";
}

}    // namespace

TEST_CASE("a failure names its code, what it concerns, the cause and the remedy") {
    CHECK(text_of([] { xm::fail(numbered, "web", "it is {}", "running"); }) ==
          "204:vm_running: web: it is running. Shut it down first.");
}

TEST_CASE("a failure without number, object or remedy leaves them out") {
    CHECK(text_of([] { xm::fail(plain, "", "no slash"); }) == "bad_path: no slash");
}

TEST_CASE("a cause that ends its sentence gets no second full stop") {
    CHECK(text_of([] { xm::fail(numbered, "", "It runs."); }) == "204:vm_running: It runs. Shut it down first.");
}
