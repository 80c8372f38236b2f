#include "gate_stand.hpp"

#include <array>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view calls_pass = "allow destination com.example.Service\n";
constexpr std::string_view both_ways = "allow destination com.example.Service\nallow out-method-call\n";

// Of the guest to a call of the bus.
Outline answer_of_guest(std::uint32_t call, std::string_view destination = service_name) {
    return {.type = 2, .serial = 600 + call, .destination = destination, .reply_serial = call};
}

TEST_CASE("RPL-7: an answer passes to a call that waits, and only once") {
    GateStand stand{calls_pass};
    stand.greeted().bus_says(answer_to(2));
    CHECK(stand.quiet());
    stand.peer_says(call(2));
    stand.bus_says(answer_to(2));
    CHECK(stand.only_at_peer().reply_serial == 2u);
    stand.bus_says(answer_to(2));
    stand.bus_says(error_to(2));
    CHECK(stand.at_peer.empty());
    CHECK(stand.gate.waiting() == 0);
}

TEST_CASE("nobody waits for the answer to a call that wants none") {
    GateStand stand{calls_pass};
    stand.greeted().peer_says(silent(call(2)));
    stand.bus_says(answer_to(2));
    CHECK(stand.at_peer.empty());
}

TEST_CASE("RPL-3: only who was asked may answer") {
    GateStand stand{calls_pass};
    stand.names.set("com.example.Other", ":1.8");
    stand.greeted().peer_says(call(2));
    stand.bus_says(answer_to(2, ":1.8"));
    stand.bus_says(error_to(2, ":1.8"));
    stand.bus_says(answer_to(2, dbus));
    CHECK(stand.at_peer.empty());
    CHECK(stand.denied.size() == 3);
    stand.bus_says(answer_to(2));
    CHECK(stand.only_at_peer().sender == service_name);
}

TEST_CASE("the bus itself may answer any call with an error") {
    GateStand stand{calls_pass};
    stand.greeted().peer_says(call(2));
    stand.bus_says(error_to(2, dbus));
    CHECK(stand.only_at_peer().error_name == "com.example.Oops");
}

TEST_CASE("a service that has given its name away may still answer") {
    GateStand stand{calls_pass};
    stand.greeted().peer_says(call(2));
    stand.names.set("com.example.Service", ":1.20");
    stand.bus_says(answer_to(2));
    CHECK(stand.at_peer.size() == 1);
}

TEST_CASE("a service that took its name just now may answer") {
    GateStand stand{calls_pass};
    stand.names.set("com.example.Service", "");
    stand.greeted().peer_says(call(2));
    stand.names.will_tell([&] { stand.names.set("com.example.Service", service_name); });
    stand.bus_says(answer_to(2));
    CHECK(stand.at_peer.size() == 1);
}

TEST_CASE("an answer that no rule names passes, one that a rule denies becomes AccessDenied") {
    GateStand stand{std::string{calls_pass} + "deny out-method-return sender com.example.Service"};
    stand.greeted().peer_says(call(2));
    stand.bus_says(answer_to(2), {Argument{.text = "secret"}});
    const Message refusal = stand.only_at_peer();
    check_refused(refusal, 2);
    CHECK(refusal.first_argument != "secret");
    stand.peer_says(call(3));
    stand.bus_says(error_to(3));
    CHECK(stand.only_at_peer().error_name == "com.example.Oops");
}

TEST_CASE("an answer that cannot cross is dropped, and the caller is told") {
    GateStand stand{std::string{both_ways}};
    stand.greeted().peer_says(call(2));
    const std::array<std::byte, 4> first_descriptor{};
    CHECK(stand.gate.from_bus(made(answer_to(2), "h", first_descriptor)) == nullptr);
    check_refused(stand.only_at_peer(), 2);
    stand.on_bus.clear();
    CHECK(stand.gate.from_bus(made(from(service_name, call(70, guest_name)), "h", first_descriptor)) == nullptr);
    CHECK(stand.at_peer.empty());
    const Message refusal = stand.only_on_bus();
    CHECK(refusal.destination == service_name);
    CHECK(refusal.reply_serial == 70u);
    CHECK(refusal.error_name == access_denied_error);
}

TEST_CASE("SIG-5: a call to the guest needs a rule; without one its caller hears AccessDenied") {
    GateStand stand{calls_pass};
    stand.greeted().bus_says(from(service_name, call(70, guest_name)));
    CHECK(stand.at_peer.empty());
    const Message refusal = stand.only_on_bus();
    CHECK(refusal.type == 3);
    CHECK(refusal.reply_serial == 70u);
    CHECK(refusal.destination == service_name);
    CHECK(refusal.error_name == access_denied_error);
    stand.bus_says(from(service_name, silent(call(71, guest_name))));
    CHECK(stand.quiet());
}

TEST_CASE("SIG-6: rules about senders of calls mean the names that they hold") {
    GateStand stand{"allow out-method-call sender com.example.Service"};
    stand.greeted().bus_says(from(service_name, call(70, guest_name)));
    CHECK(stand.only_at_peer().serial == 70);
    stand.bus_says(from(":1.8", silent(call(71, guest_name))));
    stand.names.will_tell([&] { stand.names.set("com.example.Secret", service_name); });
    stand.bus_says(from(service_name, silent(call(72, guest_name))));
    CHECK(stand.at_peer.empty());
}

TEST_CASE("RPL-4: a guest's answer goes to who asked, once, if a rule allows answers") {
    GateStand stand{std::string{both_ways} + "allow inc-method-return"};
    stand.greeted().bus_says(from(service_name, call(70, guest_name)));
    stand.peer_says(answer_of_guest(71));
    stand.peer_says(answer_of_guest(70, ":1.8"));
    CHECK(stand.on_bus.empty());
    stand.peer_says(from(":1.66", answer_of_guest(70)));
    const Message answer = stand.only_on_bus();
    CHECK(answer.reply_serial == 70u);
    CHECK(answer.destination == service_name);
    CHECK_FALSE(answer.sender);
    stand.peer_says(answer_of_guest(70));
    CHECK(stand.on_bus.empty());
    CHECK(stand.denied.size() == 3);
}

TEST_CASE("RPL-6: where no rule allows answers, who asked hears AccessDenied instead") {
    GateStand stand{"allow inc-method-call\nallow out-method-call"};
    stand.greeted().bus_says(from(service_name, call(70, guest_name)));
    stand.peer_says(answer_of_guest(70), {Argument{.text = "secret"}});
    const Message refusal = stand.only_on_bus();
    CHECK(refusal.error_name == access_denied_error);
    CHECK(refusal.reply_serial == 70u);
}

TEST_CASE("two callers with the same serial get their own answers") {
    GateStand stand{"allow out-method-call\nallow inc-method-return"};
    stand.greeted().bus_says(from(service_name, call(70, guest_name)));
    stand.bus_says(from(":1.8", call(70, guest_name)));
    stand.peer_says(answer_of_guest(70, ":1.8"));
    CHECK(stand.only_on_bus().destination == ":1.8");
    stand.peer_says(answer_of_guest(70));
    CHECK(stand.only_on_bus().destination == service_name);
}

}    // namespace
}    // namespace xm::rpcproxy
