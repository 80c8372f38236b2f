#include "bus/lookup.hpp"

#include <catch2/catch.hpp>

using namespace xm;

namespace {

constexpr idl::Property guarded_properties[] = {{.name = "memory", .signature = "i"},
                                                {.name = "cmd-line", .signature = "s"}};
constexpr idl::Property open_properties[] = {{.name = "memory", .signature = "i"},
                                             {.name = "stub_domid", .signature = "i"}};
constexpr idl::Method methods[] = {{.name = "start", .in = "", .out = ""}};
constexpr idl::Interface guarded_schema{"org.example.Vm", guarded_properties, methods, {}};
constexpr idl::Interface open_schema{"org.example.Vm.Unrestricted", open_properties, {}, {}};
const bus::Interface guarded{
    .schema = &guarded_schema, .introspection = "", .invoke = nullptr, .get = nullptr, .set = nullptr};
const bus::Interface unguarded{
    .schema = &open_schema, .introspection = "", .invoke = nullptr, .get = nullptr, .set = nullptr};
const bus::Face faces[] = {{&guarded, nullptr}, {&unguarded, nullptr}};

}    // namespace

TEST_CASE("a property is found on the interface that is named, hyphens included") {
    const auto found = bus::find_property(faces, "org.example.Vm", "cmd-line");
    REQUIRE(found);
    CHECK(found->face.interface == &guarded);
    CHECK(found->index == 1);
    CHECK_FALSE(bus::find_property(faces, "org.example.Vm", "stub_domid"));
    CHECK_FALSE(bus::find_property(faces, "org.example.Vm", "cmd_line"));
}

TEST_CASE("without an interface the first face that has the member wins, which is the guarded one") {
    CHECK(bus::find_property(faces, "", "memory")->face.interface == &guarded);
    CHECK(bus::find_property(faces, "", "stub_domid")->face.interface == &unguarded);
    CHECK(bus::find_method(faces, "", "start")->index == 0);
    CHECK_FALSE(bus::find_method(faces, "", "memory"));
}

TEST_CASE("interfaces are known by their full name only") {
    CHECK(bus::knows_interface(faces, "org.example.Vm"));
    CHECK_FALSE(bus::knows_interface(faces, "org.example"));
    CHECK_FALSE(bus::knows_interface(faces, ""));
}
