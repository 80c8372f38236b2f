#include "gate_stand.hpp"

#include <array>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view service_passes = "allow destination com.example.Service\n";

TEST_CASE("a message before Hello ends the conversation") {
    GateStand stand{"allow all"};
    stand.peer_says(call(1));
    CHECK(stand.fault == std::string_view{"a message before Hello"});
    CHECK(stand.quiet());
}

TEST_CASE("something that is no D-Bus message ends the conversation") {
    GateStand stand{"allow all"};
    const std::array<std::byte, 20> zeros{};
    CHECK(stand.gate.from_peer(zeros) != nullptr);
    CHECK(stand.quiet());
}

TEST_CASE("Hello needs no rule, and tells the gate the peer's name") {
    GateStand stand{""};
    stand.peer_says(call(1, dbus, "Hello"));
    CHECK(stand.fault == nullptr);
    CHECK(stand.only_on_bus().member == "Hello");
    stand.bus_says(answer_to(1, dbus), {Argument{.text = guest_name}});
    CHECK(stand.only_at_peer().reply_serial == 1u);
    CHECK(stand.gate.unique_name() == guest_name);
}

TEST_CASE("nothing more of a peer is to be taken before the bus has answered Hello") {
    GateStand stand{""};
    CHECK_FALSE(stand.gate.awaits_name());
    stand.peer_says(call(1, dbus, "Hello"));
    CHECK(stand.gate.awaits_name());
    stand.bus_says(answer_to(1, dbus), {Argument{.text = guest_name}});
    CHECK_FALSE(stand.gate.awaits_name());
}

TEST_CASE("a Hello that wants no answer ends the conversation, one that the bus refuses has to be said again") {
    GateStand stand{"allow all"};
    stand.peer_says(silent(call(1, dbus, "Hello")));
    CHECK(stand.fault == std::string_view{"a Hello that wants no answer"});
    CHECK(stand.quiet());
    stand.peer_says(call(2, dbus, "Hello"));
    stand.bus_says(error_to(2, dbus));
    CHECK(stand.only_at_peer().type == 3);
    stand.peer_says(call(3));
    CHECK(stand.fault == std::string_view{"a message before Hello"});
}

TEST_CASE("the answer to Hello passes whatever the rules say") {
    GateStand stand{"deny out-any all"};
    stand.peer_says(call(1, dbus, "Hello"));
    stand.bus_says(answer_to(1, dbus), {Argument{.text = guest_name}});
    CHECK(stand.only_at_peer().type == 2);
}

TEST_CASE("a second Hello is judged like any call") {
    GateStand stand{service_passes};
    stand.greeted().peer_says(call(2, dbus, "Hello"));
    CHECK(stand.fault == nullptr);
    CHECK(stand.on_bus.empty());
    check_refused(stand.only_at_peer(), 2);
}

TEST_CASE("an allowed call reaches the bus as it came, byte for byte") {
    GateStand stand{service_passes};
    stand.greeted();
    const auto message = made(call(2), std::array{Argument{.text = "argument"}});
    CHECK(stand.gate.from_peer(message) == nullptr);
    CHECK(std::ranges::equal(stand.only_on_bus().bytes, message));
    CHECK(stand.at_peer.empty());
    CHECK(stand.gate.waiting() == 1);
}

TEST_CASE("a denied call is answered with AccessDenied and reaches nobody") {
    GateStand stand{service_passes};
    stand.greeted().peer_says(call(2, "com.example.Other"));
    CHECK(stand.on_bus.empty());
    check_refused(stand.only_at_peer(), 2);
    CHECK(stand.denied.size() == 1);
    CHECK(stand.gate.waiting() == 0);
    stand.peer_says(call(3));
    CHECK(stand.on_bus.size() == 1);
}

TEST_CASE("a denied call that wants no answer gets none") {
    GateStand stand{service_passes};
    stand.greeted().peer_says(silent(call(2, "com.example.Other")));
    CHECK(stand.quiet());
    CHECK(stand.denied.size() == 1);
}

TEST_CASE("a call without destination is denied, also where all is allowed") {
    GateStand stand{"allow all"};
    stand.greeted().peer_says(call(2, ""));
    CHECK(stand.on_bus.empty());
    check_refused(stand.only_at_peer(), 2);
}

TEST_CASE("SND-3: what a guest says of the sender does not reach the bus, nor does it count") {
    GateStand stand{std::string{service_passes} + "allow destination com.example.Other sender com.example.Trusted"};
    stand.greeted().peer_says(from("com.example.Trusted", call(2, "com.example.Other")));
    CHECK(stand.on_bus.empty());
    stand.peer_says(from("com.example.Trusted", call(2)));
    const Message message = stand.only_on_bus();
    CHECK_FALSE(message.sender);
    CHECK(message.serial == 2);
    CHECK(message.member == "Go");
}

TEST_CASE("RPL-2: a call or signal with a REPLY_SERIAL is judged as what it is, and loses it") {
    GateStand stand{std::string{service_passes} + "allow out-method-call\nallow inc-signal interface com.example.Face"};
    stand.greeted().bus_says(from(service_name, call(70, guest_name)));
    stand.forget();

    Outline disguised = call(2, "com.example.Other");
    disguised.reply_serial = 70;
    stand.peer_says(disguised);
    CHECK(stand.on_bus.empty());
    CHECK(stand.denied.size() == 1);

    disguised = call(3);
    disguised.reply_serial = 70;
    stand.peer_says(disguised);
    CHECK_FALSE(stand.only_on_bus().reply_serial);

    disguised = signal("com.example.Face");
    disguised.reply_serial = 70;
    stand.peer_says(disguised);
    CHECK_FALSE(stand.only_on_bus().reply_serial);
}

TEST_CASE("a signal passes if a rule names its interface, and is dropped in silence otherwise") {
    GateStand stand{"allow inc-signal interface com.example.Face\nallow out-signal interface com.example.Face"};
    stand.greeted().peer_says(signal("com.example.Face"));
    CHECK(stand.only_on_bus().type == 4);
    stand.peer_says(signal("com.example.Secret"));
    stand.bus_says(from(service_name, signal("com.example.Secret")));
    CHECK(stand.quiet());
    CHECK(stand.denied.size() == 2);
    stand.bus_says(from(service_name, signal("com.example.Face")));
    CHECK(stand.only_at_peer().type == 4);
}

TEST_CASE("HDR-8: messages of types that nobody knows go nowhere") {
    GateStand stand{"allow all\nallow out-any"};
    Outline later = call(2);
    later.type = 9;
    stand.greeted().peer_says(later);
    stand.bus_says(from(service_name, later));
    CHECK(stand.fault == nullptr);
    CHECK(stand.quiet());
}

TEST_CASE("without a firewall everything passes but what is malformed") {
    GateStand stand{"", with(&GateOptions::firewall, false)};
    stand.greeted().peer_says(call(2));
    CHECK(stand.on_bus.size() == 1);
    stand.bus_says(answer_to(2));
    CHECK(stand.at_peer.size() == 1);
    stand.bus_says(answer_to(2));
    CHECK(stand.at_peer.size() == 1);
}

TEST_CASE("a property that changes counts from the next message on") {
    GateStand stand{
        "allow destination com.example.Service dom-type svm\n"
        "allow destination com.example.Other if-boolean open true"};
    stand.greeted().peer_says(silent(call(2)));
    stand.peer_says(silent(call(3, "com.example.Other")));
    CHECK(stand.on_bus.empty());
    stand.guest->properties.type = "svm";
    stand.guest->properties.booleans["open"] = true;
    ++stand.guest->version;
    stand.peer_says(silent(call(4)));
    stand.peer_says(silent(call(5, "com.example.Other")));
    CHECK(stand.on_bus.size() == 2);
}

TEST_CASE("what the transport or command line said of a guest is not replaced by its properties") {
    GateStand stand{"allow destination com.example.Service dom-type svm"};
    Facts facts;
    facts.stubdom = false;
    facts.type = "pvm";
    stand.guest->properties.type = "svm";
    stand.gate.set_guest(facts, stand.guest);
    stand.greeted().peer_says(call(2));
    CHECK(stand.on_bus.empty());
}

TEST_CASE("a question about a call is answered as the call would be") {
    GateStand stand{service_passes};
    stand.greeted();
    CHECK(stand.gate.would_pass("com.example.Service", "a.b", "Any"));
    CHECK_FALSE(stand.gate.would_pass("com.example.Other", "a.b", "Any"));
    CHECK(stand.quiet());
}

TEST_CASE("when the bus is lost, everybody who waits is told") {
    GateStand stand{service_passes};
    stand.greeted().peer_says(call(2));
    stand.peer_says(call(3));
    stand.peer_says(silent(call(4)));
    stand.gate.bus_lost();
    REQUIRE(stand.at_peer.size() == 2);
    check_refused(stand.at_peer[0], 2, "org.freedesktop.DBus.Error.Disconnected");
    check_refused(stand.at_peer[1], 3, "org.freedesktop.DBus.Error.Disconnected");
}

TEST_CASE("for peers that do not greet, the gate says Hello before their first message") {
    GateStand stand{service_passes, with(&GateOptions::say_hello)};
    stand.peer_says(call(2));
    REQUIRE(stand.on_bus.size() == 2);
    const std::uint32_t hello = stand.on_bus[0].serial;
    CHECK(stand.on_bus[0].member == "Hello");
    CHECK(stand.on_bus[1].member == "Go");
    stand.bus_says(answer_to(hello, dbus), {Argument{.text = guest_name}});
    CHECK(stand.at_peer.empty());
    CHECK(stand.gate.unique_name() == guest_name);
    stand.bus_says(answer_to(2));
    CHECK(stand.only_at_peer().reply_serial == 2u);
}

}    // namespace
}    // namespace xm::rpcproxy
