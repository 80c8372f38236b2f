#include "gate_stand.hpp"

namespace xm::rpcproxy {
namespace {

constexpr std::string_view own_name = "com.example.guest.uuid_1";

GateOptions renaming() {
    GateOptions options;
    options.request_name = "com.example.guest.uuid_$UUID";
    return options;
}

TEST_CASE("NAM-1: a unique name stands for the names behind it") {
    GateStand stand{"allow destination com.example.Service"};
    stand.greeted().peer_says(call(2, service_name));
    CHECK(stand.only_on_bus().destination == service_name);
    stand.bus_says(answer_to(2));
    CHECK(stand.at_peer.size() == 1);
}

TEST_CASE("NAM-3: a unique name is allowed only if every name behind it is") {
    GateStand stand{"allow destination com.example.Service\ndeny destination com.example.Secret"};
    stand.names.set("com.example.Secret", service_name);
    stand.greeted().peer_says(call(2, service_name));
    stand.names.set("com.example.Secret", "");
    stand.names.set("com.example.Unnamed", service_name);
    stand.peer_says(call(3, service_name));
    CHECK(stand.on_bus.empty());
    CHECK(stand.denied.size() == 2);
}

TEST_CASE("NAM-4: a unique name that nobody has is denied like any other") {
    GateStand stand{"allow all"};
    stand.greeted().peer_says(call(2, ":1.99"));
    CHECK(stand.on_bus.empty());
    check_refused(stand.only_at_peer(), 2);
}

TEST_CASE("NAM-5: who owns a name is asked at the time of the call") {
    GateStand stand{"allow destination com.example.Service"};
    stand.names.will_tell([&] { stand.names.set("com.example.Service", ":1.20"); });
    stand.greeted().peer_says(call(2, service_name));
    CHECK(stand.on_bus.empty());
    stand.peer_says(call(3, ":1.20"));
    CHECK(stand.on_bus.size() == 1);
}

TEST_CASE("a unique name can be translated to the one name behind it") {
    GateStand stand{"allow destination com.example.Service", with(&GateOptions::translate_anonymous)};
    stand.greeted().peer_says(call(2, service_name));
    CHECK(stand.only_on_bus().destination == "com.example.Service");
    stand.bus_says(answer_to(2));
    CHECK(stand.at_peer.size() == 1);
    stand.forget();
    stand.names.set("com.example.Other", service_name);
    stand.peer_says(call(3, service_name));
    CHECK(stand.on_bus.empty());
}

TEST_CASE("NAM-6: RequestName and ReleaseName mean the name that the guest has, whatever they say") {
    GateStand stand{"allow destination org.freedesktop.DBus", renaming()};
    stand.gate.set_requested_name(std::string{own_name});
    stand.greeted().peer_says(call(2, dbus, "RequestName"),
                              {Argument{.text = "com.example.Service"}, Argument{.type = 'u', .number = 4}});
    const Message requested = stand.only_on_bus();
    CHECK(requested.first_argument == own_name);
    CHECK(number_behind_text(requested) == 4u);
    CHECK(requested.serial == 2);
    stand.bus_says(answer_to(2, dbus), {Argument{.type = 'u', .number = 1}});
    CHECK(stand.only_at_peer().reply_serial == 2u);
    stand.peer_says(call(3, dbus, "ReleaseName"), {Argument{.text = "com.example.Service"}});
    const Message released = stand.only_on_bus();
    CHECK(released.first_argument == own_name);
    CHECK(released.signature == "s");
}

TEST_CASE("NAM-6: RequestName in another shape, or of a guest without a name of its own, is denied") {
    GateStand stand{"allow destination org.freedesktop.DBus", renaming()};
    const Argument wanted{.text = "com.example.Service"};
    const Argument flags{.type = 'u', .number = 0};
    stand.greeted().peer_says(call(2, dbus, "RequestName"), {wanted, flags});
    check_refused(stand.only_at_peer(), 2);
    stand.gate.set_requested_name(std::string{own_name});
    stand.peer_says(call(3, dbus, "RequestName"), {wanted});
    check_refused(stand.only_at_peer(), 3);
    stand.peer_says(call(4, dbus, "RequestName"), {flags, wanted});
    check_refused(stand.only_at_peer(), 4);
    stand.peer_says(call(5, dbus, "ReleaseName"), {wanted, flags});
    check_refused(stand.only_at_peer(), 5);
    CHECK(stand.on_bus.empty());
}

TEST_CASE("a guest that may not request names may not request its own either") {
    GateStand stand{"allow destination org.freedesktop.DBus\ndeny member RequestName", renaming()};
    stand.gate.set_requested_name(std::string{own_name});
    stand.greeted().peer_says(call(2, dbus, "RequestName"),
                              {Argument{.text = own_name}, Argument{.type = 'u', .number = 0}});
    CHECK(stand.on_bus.empty());
    check_refused(stand.only_at_peer(), 2);
}

TEST_CASE("no guest takes a name of the firewall, whatever the rules say") {
    GateStand stand{"allow destination org.freedesktop.DBus"};
    const Argument flags{.type = 'u', .number = 0};
    stand.greeted().peer_says(call(2, dbus, "RequestName"),
                              {Argument{.text = "com.citrix.xenclient.rpc_proxy"}, flags});
    CHECK(stand.on_bus.empty());
    check_refused(stand.only_at_peer(), 2);
    stand.peer_says(call(3, dbus, "RequestName"), {Argument{.text = "com.citrix.xenclient.other"}, flags});
    CHECK(stand.on_bus.size() == 1);
}

TEST_CASE("GetNameOwner can be answered with the name itself") {
    const bool hide = GENERATE(false, true);
    GateStand stand{"allow destination org.freedesktop.DBus", with(&GateOptions::hide_owners, hide)};
    stand.greeted().peer_says(call(2, dbus, "GetNameOwner"), {Argument{.text = "com.example.Service"}});
    stand.bus_says(answer_to(2, dbus), {Argument{.text = service_name}});
    const Message answer = stand.only_at_peer();
    CHECK(answer.type == 2);
    CHECK(answer.reply_serial == 2u);
    CHECK(answer.sender == dbus);
    CHECK(answer.first_argument == (hide ? "com.example.Service" : service_name));
}

TEST_CASE("that a name has no owner is not hidden") {
    GateStand stand{"allow destination org.freedesktop.DBus", with(&GateOptions::hide_owners)};
    stand.greeted().peer_says(call(2, dbus, "GetNameOwner"), {Argument{.text = "com.example.Service"}});
    stand.bus_says(error_to(2, dbus));
    CHECK(stand.only_at_peer().type == 3);
}

}    // namespace
}    // namespace xm::rpcproxy
