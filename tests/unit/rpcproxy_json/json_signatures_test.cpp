#include "rpcproxy/json_signatures.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view xml = R"(<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"
"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
<node>
  <interface name="a.b">
    <method name="go">
      <arg name="x" type="s" direction="in"/><arg type="a{sv}"/><arg name="y" type="u" direction="out"/>
    </method>
    <method name="stop"/>
    <method name="broken"><arg type="a{" direction="in"/></method>
    <signal name="went"><arg type="s"/></signal>
  </interface>
  <interface name="a.c"><method name="go"><arg type="i" direction="in"/></method></interface>
</node>)";

TEST_CASE("a method's signature is what goes into it") {
    const Methods methods = Methods::parse(xml);
    CHECK(methods.signature("a.b", "go") == "sa{sv}");
    CHECK(methods.signature("a.c", "go") == "i");
    CHECK(methods.signature("a.b", "stop") == "");
    CHECK_FALSE(methods.signature("a.b", "went"));
    CHECK_FALSE(methods.signature("a.d", "go"));
    CHECK_FALSE(methods.signature("a.b", "GO"));
}

TEST_CASE("JSN-13: a method whose types are no signature has none") {
    CHECK_FALSE(Methods::parse(xml).signature("a.b", "broken"));
}

TEST_CASE("JSN-13: what is no XML, or too long, says nothing") {
    for (const char* bad : {"", "x", "<node>", "<node><interface></node>", "<interface name='a.b'/>"})
        CHECK_FALSE(Methods::parse(bad).signature("a.b", "go"));
    std::string longer{xml};
    longer.append((256u << 10) - longer.size(), ' ');
    CHECK(Methods::parse(longer).signature("a.b", "go"));
    CHECK_FALSE(Methods::parse(longer + ' ').signature("a.b", "go"));
}

TEST_CASE("JSN-13: entities are not expanded, and no file is read") {
    const Methods methods = Methods::parse(R"(<!DOCTYPE node [<!ENTITY t "ssssssssss"><!ENTITY u "&t;&t;&t;">
        <!ENTITY f SYSTEM "file:///etc/passwd">]>
        <node><interface name="a.b"><method name="go"><arg type="&u;" direction="in"/></method>
        <method name="f"><arg type="&f;" direction="in"/></method>
        <method name="s"><arg type="&#115;" direction="in"/></method></interface></node>)");
    CHECK_FALSE(methods.signature("a.b", "go"));
    CHECK_FALSE(methods.signature("a.b", "f"));
    CHECK_FALSE(methods.signature("a.b", "s"));
}

TEST_CASE("JSN-13: elements within elements within elements do no harm") {
    std::string deep;
    for (int i = 0; i < 40'000; ++i)
        deep += "<a>";
    CHECK_FALSE(Methods::parse(deep).signature("a.b", "go"));
    std::string closed = deep;
    for (int i = 0; i < 40'000; ++i)
        closed += "</a>";
    CHECK_FALSE(Methods::parse(closed).signature("a.b", "go"));
}

TEST_CASE("what the specification describes is known") {
    CHECK(standard_signature("org.freedesktop.DBus.Properties", "Set") == "ssv");
    CHECK(standard_signature("org.freedesktop.DBus", "Hello") == "");
    CHECK_FALSE(standard_signature("org.freedesktop.DBus.Properties", "set"));
    CHECK_FALSE(standard_signature("a.b", "Get"));
}

TEST_CASE("JSN-13: what a service said is kept by its owner and path, and goes with the owner") {
    SignatureCache cache;
    CHECK(cache.find(":1.1", "/") == nullptr);
    cache.store(":1.1", "/", Methods::parse(xml));
    cache.store(":1.1", "/x", Methods{});
    REQUIRE(cache.find(":1.1", "/") != nullptr);
    CHECK(cache.find(":1.1", "/")->signature("a.c", "go") == "i");
    CHECK_FALSE(cache.find(":1.1", "/x")->signature("a.c", "go"));
    CHECK(cache.find(":1.2", "/") == nullptr);
    cache.forget(":1.1");
    CHECK(cache.find(":1.1", "/") == nullptr);
    CHECK(cache.find(":1.1", "/x") == nullptr);
}

TEST_CASE("JSN-13: the oldest goes when there is no room") {
    SignatureCache cache{2};
    cache.store(":1.1", "/a", {});
    cache.store(":1.1", "/b", {});
    cache.store(":1.1", "/b", {});
    CHECK(cache.find(":1.1", "/a") != nullptr);
    cache.store(":1.1", "/c", {});
    CHECK(cache.find(":1.1", "/a") == nullptr);
    CHECK(cache.find(":1.1", "/b") != nullptr);
}

}    // namespace
}    // namespace xm::rpcproxy
