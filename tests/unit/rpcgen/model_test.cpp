#include "rpcgen/model.hpp"
#include "rpcgen/check.hpp"

#include <catch2/catch.hpp>

using namespace xm::rpcgen;

namespace {

Element parsed(std::string_view xml) {
    Diagnostics faults;
    auto root = read(xml, "dir/test.xml", faults);
    REQUIRE(faults.empty());
    return root;
}

std::vector<Interface> model(std::string_view xml) { return build_model(parsed(xml), "com.example."); }

}    // namespace

TEST_CASE("positions count lines from one and columns in characters") {
    const auto root = parsed("<node>\n\t<interface name='ä'/><interface name='b'/>\n</node>");
    REQUIRE(root.children.size() == 2);
    CHECK(root.at == Position{"dir/test.xml", 1, 1});
    CHECK(root.children[0].at == Position{"dir/test.xml", 2, 2});
    CHECK(root.children[1].at == Position{"dir/test.xml", 2, 23});
}

TEST_CASE("interfaces are found in nested nodes, and several in one file") {
    const auto interfaces =
        model(R"(<node><interface name="com.example.a"/><node name="x"><interface name="org.b.c"/></node></node>)");
    REQUIRE(interfaces.size() == 2);
    CHECK(interfaces[0].cpp_name == "a");
    CHECK(interfaces[1].cpp_name == "org_b_c");
    CHECK(interfaces[1].source == "test.xml");
}

TEST_CASE("names of arguments are made to fit: keywords, clashes, hyphens, nothing at all") {
    const auto interfaces = model(R"(<node><interface name="a.b"><method name="m">
        <arg name="class" type="s"/><arg name="x-y" type="s"/><arg name="x_y" type="s"/><arg type="s"/>
        <arg name="caller" type="s"/></method></interface></node>)");
    std::vector<std::string> names;
    for (const auto& arg : interfaces[0].methods[0].args)
        names.push_back(arg.cpp_name);
    CHECK(names == std::vector<std::string>{"class_", "x_y", "x_y_", "arg3", "caller_"});
    CHECK(check(interfaces).empty());
}

TEST_CASE("documentation comes from annotations or from elements of other vocabularies") {
    const auto interfaces = model(R"(<node xmlns:tp="t" xmlns:doc="d"><interface name="a.b">
        <annotation name="org.gtk.GDBus.DocString" value="  One   line.  "/>
        <method name="m"><tp:docstring>Two <tp:b>bold</tp:b>
           lines.</tp:docstring></method>
        <method name="n"><doc:doc><doc:summary>Short.</doc:summary></doc:doc></method></interface></node>)");
    CHECK(interfaces[0].value(note::doc) == "One line.");
    CHECK(interfaces[0].methods[0].value(note::doc) == "Two bold\nlines.");
    CHECK(interfaces[0].methods[1].value(note::doc) == "Short.");
    CHECK(check(interfaces).empty());
}

TEST_CASE("a described interface takes what it lacks, and keeps what it says itself") {
    auto interfaces = model(R"(<node>
        <interface name="a.twin"><annotation name="org.xenclient.DescribedBy" value="a.b"/>
          <property name="p" type="i" access="read"><annotation name="org.xenclient.Default" value="2"/></property></interface>
        <interface name="a.b"><property name="p" type="i" access="read">
          <annotation name="org.xenclient.Default" value="1"/><annotation name="org.xenclient.Unit" value="MiB"/></property>
        </interface></node>)");
    inherit_descriptions(interfaces);
    CHECK(interfaces[0].properties[0].value(note::fallback) == "2");
    CHECK(interfaces[0].properties[0].value(note::unit) == "MiB");
}

TEST_CASE("an interface's own EmitsChangedSignal holds for its properties") {
    const auto interfaces = model(R"(<node><interface name="a.b">
        <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="false"/>
        <property name="p" type="i" access="read"/><property name="q" type="i" access="read">
          <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/></property></interface></node>)");
    CHECK(interfaces[0].properties[0].emits == "false");
    CHECK(interfaces[0].properties[1].emits == "const");
}

TEST_CASE("elements nested without end are refused, not followed") {
    std::string xml;
    for (int i = 0; i < 100'000; ++i)
        xml += "<node>";
    for (int i = 0; i < 100'000; ++i)
        xml += "</node>";
    Diagnostics faults;
    read(xml, "deep.xml", faults);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].what == "elements are nested too deeply");
}
