#include "xec/introspection.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xec;

namespace {

constexpr std::string_view document = R"(<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
<node name="/">
  <interface name="com.example.A">
    <property name="acpi-state" type="i" access="read"/>
    <property name="name" type="s" access="readwrite"><annotation name="x" value="y"/></property>
    <method name="list_vms"><arg name="paths" type="ao" direction="out"/></method>
    <method name="find_by_name">
      <arg name="name" type="s"/>
      <arg name="exact" type="b" direction="in"/>
      <arg name="path" type="o" direction="out"/>
      <arg name="uuid" type="s" direction="out"/>
    </method>
    <method name="refresh"/>
    <signal name="changed"><arg name="what" type="s"/></signal>
  </interface>
  <interface name="com.example.B"><method name="refresh"><arg type="i"/></method></interface>
  <node name="vm"/>
</node>)";

}    // namespace

TEST_CASE("a description holds interfaces, members and children in order") {
    const auto description = parse_introspection(document);
    REQUIRE(description.interfaces.size() == 2);
    const auto& first = description.interfaces[0];
    CHECK(first.name == "com.example.A");
    CHECK(first.properties.at(1).access == "readwrite");
    CHECK(first.methods.at(1).signature() == "sb");
    CHECK(first.methods.at(1).out.size() == 2);
    CHECK(first.signals.at(0).arguments.at(0).type == "s");
    CHECK(description.children == std::vector<std::string>{"vm"});
}

TEST_CASE("interfaces are drawn with properties, then methods, names padded to 28") {
    const auto description = parse_introspection(document);
    CHECK(render(chosen(description, std::nullopt)) ==
          "/------- com.example.A\n"
          "|     -  acpi-state                   read:i\n"
          "|     -  name                         readwrite:s\n"
          "|     +  list-vms                     ( OUT paths:ao )\n"
          "|     +  find-by-name                 ( name:s, exact:b OUT path:o, uuid:s )\n"
          "|     +  refresh                      ( )\n"
          "\n"
          "/------- com.example.B\n"
          "|     +  refresh                      ( :i )\n");
}

TEST_CASE("the first interface that has a member wins, unless one is named") {
    const auto description = parse_introspection(document);
    CHECK(find_method(description, std::nullopt, "refresh")->interface->name == "com.example.A");
    CHECK(find_method(description, "com.example.B", "refresh")->member->signature() == "i");
    CHECK_FALSE(find_method(description, "com.example.B", "list_vms"));
    CHECK_FALSE(find_method(description, std::nullopt, "name"));
    CHECK(find_property(description, std::nullopt, "name")->member->type == "s");
    CHECK_FALSE(find_property(description, std::nullopt, "refresh"));
}

TEST_CASE("an interface that the object lacks does not narrow a listing") {
    const auto description = parse_introspection(document);
    CHECK(chosen(description, "com.example.B").size() == 1);
    CHECK(chosen(description, "com.example.C").size() == 2);
}

TEST_CASE("JSON of a description tells everything, signals too") {
    const auto json = render_json(chosen(parse_introspection(document), std::nullopt));
    CHECK(json[0]["methods"][1]["in"][1]["name"] == "exact");
    CHECK(json[0]["signals"][0]["name"] == "changed");
    CHECK(json[1]["properties"].empty());
}

TEST_CASE("what is no introspection document is refused") {
    for (const auto* text : {"", "hello", "<node", "<other/>", "<node></other>"}) {
        INFO(text);
        CHECK_THROWS_AS(parse_introspection(text), Failure);
    }
    CHECK(parse_introspection("<node/>").interfaces.empty());
}
