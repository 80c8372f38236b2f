#include "gate_stand.hpp"

#include <string>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view driver_too = "allow destination com.example.Service\nallow destination org.freedesktop.DBus";

void add_match(GateStand& stand, std::uint32_t serial, std::string_view rule) {
    stand.peer_says(call(serial, dbus, "AddMatch"), {Argument{.text = rule}});
}

void remove_match(GateStand& stand, std::uint32_t serial, std::string_view rule) {
    stand.peer_says(call(serial, dbus, "RemoveMatch"), {Argument{.text = rule}});
}

void request_name(GateStand& stand, std::uint32_t serial, std::string_view name) {
    stand.peer_says(call(serial, dbus, "RequestName"), {Argument{.text = name}, Argument{.type = 'u', .number = 0}});
}

TEST_CASE("a guest may wait for so many answers, and one that comes makes room") {
    GateStand stand{driver_too, {}, {.calls = 2}};
    stand.greeted().peer_says(call(2));
    stand.peer_says(call(3));
    stand.peer_says(call(4));
    CHECK(stand.on_bus.size() == 2);
    check_refused(stand.only_at_peer(), 4, limits_exceeded_error);
    stand.peer_says(silent(call(5)));
    CHECK(stand.on_bus.size() == 3);
    stand.bus_says(answer_to(2));
    stand.peer_says(call(6));
    CHECK(stand.on_bus.size() == 4);
}

TEST_CASE("a guest that never answers does not hold more than so many callers") {
    GateStand stand{"allow out-method-call\nallow inc-method-return", {}, {.calls = 2}};
    stand.greeted();
    for (const std::uint32_t serial : {70, 71, 72})
        stand.bus_says(from(service_name, call(serial, guest_name)));
    CHECK(stand.at_peer.size() == 3);
    stand.peer_says({.type = 2, .serial = 9, .destination = service_name, .reply_serial = 70});
    CHECK(stand.on_bus.empty());
    stand.peer_says({.type = 2, .serial = 9, .destination = service_name, .reply_serial = 72});
    CHECK(stand.on_bus.size() == 1);
}

TEST_CASE("a guest may have so many match rules") {
    GateStand stand{driver_too, {}, {.match_rules = 2}};
    stand.greeted();
    add_match(stand, 2, "type='signal'");
    add_match(stand, 3, "type='error'");
    add_match(stand, 4, "path='/'");
    CHECK(stand.on_bus.size() == 2);
    check_refused(stand.only_at_peer(), 4, limits_exceeded_error);
}

TEST_CASE("a match rule that is removed, or that the bus does not take, counts no longer") {
    GateStand stand{driver_too, {}, {.match_rules = 1}};
    stand.greeted();
    add_match(stand, 2, "nonsense");
    stand.bus_says(error_to(2, dbus));
    stand.forget();
    add_match(stand, 3, "type='signal'");
    remove_match(stand, 4, "type='signal'");
    add_match(stand, 5, "path='/'");
    CHECK(stand.on_bus.size() == 3);
    CHECK(stand.at_peer.empty());
}

TEST_CASE("removing match rules that a guest does not have gives it no more of them") {
    GateStand stand{driver_too, {}, {.match_rules = 1}};
    stand.greeted();
    add_match(stand, 2, "type='signal'");
    remove_match(stand, 3, "type='error'");
    stand.forget();
    add_match(stand, 4, "path='/'");
    CHECK(stand.on_bus.empty());
    check_refused(stand.only_at_peer(), 4, limits_exceeded_error);
}

TEST_CASE("a match rule has so many bytes") {
    GateStand stand{driver_too, {}, {.match_rule_bytes = 20}};
    stand.greeted();
    add_match(stand, 2, "path='/2345678901234'");
    CHECK(stand.on_bus.empty());
    check_refused(stand.only_at_peer(), 2, limits_exceeded_error);
    add_match(stand, 3, "path='/234567890123'");
    CHECK(stand.on_bus.size() == 1);
}

TEST_CASE("a guest may own so many names; one that it gives back, or does not get, makes room") {
    GateStand stand{driver_too, {}, {.names = 1}};
    stand.greeted();
    request_name(stand, 2, "com.example.a");
    request_name(stand, 3, "com.example.a");
    CHECK(stand.on_bus.size() == 2);
    request_name(stand, 4, "com.example.b");
    check_refused(stand.only_at_peer(), 4, limits_exceeded_error);
    stand.peer_says(call(5, dbus, "ReleaseName"), {Argument{.text = "com.example.a"}});
    request_name(stand, 6, "com.example.b");
    CHECK(stand.at_peer.empty());
    stand.bus_says(error_to(6, dbus));
    stand.forget();
    request_name(stand, 7, "com.example.c");
    CHECK(stand.at_peer.empty());
    CHECK(stand.on_bus.size() == 1);
}

TEST_CASE("a call over a quota that wants no answer gets none") {
    GateStand stand{driver_too, {}, {.match_rules = 0}};
    stand.greeted().peer_says(silent(call(2, dbus, "AddMatch")), {Argument{.text = "path='/'"}});
    CHECK(stand.quiet());
}

TEST_CASE("a message longer than the limit ends the conversation, from the bus it is dropped") {
    GateStand stand{driver_too, {}, {.message = 200}};
    stand.greeted();
    const std::string text(200, 'x');
    stand.peer_says(call(2), {Argument{.text = text}});
    CHECK(stand.fault != nullptr);
    stand.bus_says(from(service_name, signal("com.example.Face")), {Argument{.text = text}});
    CHECK(stand.quiet());
}

}    // namespace
}    // namespace xm::rpcproxy
