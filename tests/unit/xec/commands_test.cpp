#include "xec/commands.hpp"
#include "xec/help.hpp"
#include "xec/monitor.hpp"
#include "xec/report.hpp"
#include "xec/syslog_note.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xec;

namespace {

std::string_view command(const Words& words) {
    const auto* row = find_command(words);
    return row == nullptr ? "usage" : row->name;
}

}    // namespace

TEST_CASE("the first word chooses the command, any other word is a method") {
    CHECK(command({""}).empty());
    CHECK(command({"get", "name"}) == "get");
    CHECK(command({"getall", "surplus"}) == "getall");
    CHECK(command({"set", "name", "x", "surplus"}) == "set");
    CHECK(command({"list-methods"}) == "*");
    CHECK(command({"--list-methods"}) == "--list-methods");
    CHECK(command({"*"}) == "*");
}

TEST_CASE("a command without its words is a usage problem") {
    CHECK(command({"get"}) == "usage");
    CHECK(command({"set", "name"}) == "usage");
    CHECK(command({"call"}) == "usage");
}

TEST_CASE("help shows every command and both exit codes for failures") {
    for (const auto& row : commands())
        CHECK(xec_help().find(row.help) != std::string::npos);
    CHECK(xec_help().find("  1  failed") != std::string::npos);
    CHECK(xec_help().find("  3  no answer") != std::string::npos);
    CHECK(xec_vm_help().find("--list-disks") != std::string::npos);
}

TEST_CASE("the system log learns what was called, never with what") {
    const std::string set[] = {"set", "password", "secret"};
    const std::string call[] = {"call", "login", "user", "secret"};
    const std::string plain[] = {"start\nx"};
    CHECK(invocation_line("a.b", "/vm", set) == "service=a.b object=/vm member=password arguments=1");
    CHECK(invocation_line("a.b", "/vm", call) == "service=a.b object=/vm member=login arguments=2");
    CHECK(invocation_line("a.b", "/vm", plain) == "service=a.b object=/vm member=start\\x0ax arguments=0");
}

TEST_CASE("an event is one line with its arguments in the form that values are typed in") {
    const Event event{":1.2", "/", "com.example", "changed", {{"s", std::string{"a b"}}, {"i", 3}}};
    CHECK(event_text(event, "T") == "T / com.example.changed \"a b\" 3");
    CHECK(compact(event_json(event, "T")) ==
          R"({"time":"T","path":"/","interface":"com.example","signal":"changed","arguments":["a b",3]})");
}

TEST_CASE("a service that comes or goes is an event in words") {
    Event event{"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged", {}};
    event.arguments = {{"s", std::string{"a.b"}}, {"s", std::string{":1.1"}}, {"s", std::string{}}};
    CHECK(event_text(event, "T") == "T a.b left the bus");
    event.arguments[2].value = std::string{":1.9"};
    CHECK(event_text(event, "T") == "T a.b is on the bus");
}

TEST_CASE("errors of the bus have a remedy, errors of services bring their own") {
    CHECK_FALSE(remedy_for("org.freedesktop.DBus.Error.ServiceUnknown").empty());
    CHECK(remedy_for("org.freedesktop.DBus.Error.Failed").empty());
}
