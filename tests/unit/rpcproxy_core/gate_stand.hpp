#pragma once
// A gate between two lists: what reached the bus, and what reached the peer.

#include "rpcproxy/denial_log.hpp"
#include "rpcproxy/gate.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xm::rpcproxy {

inline constexpr std::string_view dbus = "org.freedesktop.DBus";
inline constexpr std::string_view guest_name = ":1.9";      // the peer's, on the bus
inline constexpr std::string_view service_name = ":1.7";    // of whoever owns com.example.Service
inline constexpr std::string_view access_denied_error = "org.freedesktop.DBus.Error.AccessDenied";
inline constexpr std::string_view limits_exceeded_error = "org.freedesktop.DBus.Error.LimitsExceeded";

// Names that may have news in store which a gate hears only when it asks.
class NamesWithNews final : public BusNames {
public:
    void catch_up() override {
        if (const auto news = std::exchange(news_, nullptr)) news();
    }
    void will_tell(std::function<void()> news) { news_ = std::move(news); }

private:
    std::function<void()> news_;
};

// A call of com.example.Face.Go unless said otherwise.
inline Outline call(std::uint32_t serial, std::string_view destination = "com.example.Service",
                    std::string_view member = "Go") {
    return {.serial = serial,
            .path = "/",
            .interface = destination == dbus ? dbus : "com.example.Face",
            .member = member,
            .destination = destination};
}

inline Outline silent(Outline outline) {
    outline.flags = no_reply_expected;
    return outline;
}

inline Outline from(std::string_view sender, Outline outline) {
    outline.sender = sender;
    return outline;
}

inline Outline answer_to(std::uint32_t call, std::string_view sender = service_name) {
    return {.type = 2, .serial = 500 + call, .destination = guest_name, .sender = sender, .reply_serial = call};
}

inline Outline error_to(std::uint32_t call, std::string_view sender = service_name) {
    Outline error = answer_to(call, sender);
    error.type = 3;
    error.error_name = "com.example.Oops";
    return error;
}

inline Outline signal(std::string_view interface) {
    return {.type = 4, .serial = 44, .path = "/", .interface = interface, .member = "Went"};
}

inline GateOptions with(bool GateOptions::* option, bool value = true) {
    GateOptions options;
    options.*option = value;
    return options;
}

class GateStand final : public GateOutput {
public:
    explicit GateStand(std::string_view rules, GateOptions gate_options = {}, Quota gate_quota = {})
        : options{std::move(gate_options)}, quota{gate_quota} {
        Parsed parsed = parse_rules(rules, "F");
        if (parsed.error) FAIL(to_string(*parsed.error));
        guest->rules = std::make_shared<Rules>(std::move(parsed.rules));
        names.set(dbus, dbus);
        names.set("com.example.Service", service_name);
        Facts facts;
        facts.domid = 5;
        facts.stubdom = false;
        gate.set_guest(std::move(facts), guest);
    }

    // With a Hello that has passed and was answered, of which nothing is left in the lists.
    GateStand& greeted() {
        peer_says(call(1, dbus, "Hello"));
        bus_says(answer_to(1, dbus), {Argument{.text = guest_name}});
        forget();
        return *this;
    }

    void peer_says(const Outline& outline, const std::vector<Argument>& arguments = {}) {
        const auto message = made(outline, arguments);
        fault = gate.from_peer(message);
    }
    void bus_says(const Outline& outline, const std::vector<Argument>& arguments = {}) {
        const auto message = made(outline, arguments);
        CHECK(gate.from_bus(message) == nullptr);
    }

    void forget() {
        on_bus.clear();
        at_peer.clear();
        denied.clear();
        kept_.clear();
    }

    // The only message that came, and is looked at once: it is taken out.
    Message only_on_bus() { return only(on_bus); }
    Message only_at_peer() { return only(at_peer); }
    bool quiet() const { return on_bus.empty() && at_peer.empty(); }

    GateOptions options;
    Quota quota;
    NamesWithNews names;
    std::shared_ptr<Guest> guest = std::make_shared<Guest>();
    std::vector<Message> on_bus, at_peer;
    std::vector<std::string> denied;    // as the log has it
    std::size_t passed = 0;
    Fault fault = nullptr;
    Gate gate{options, quota, names, *this};

private:
    Message only(std::vector<Message>& where) {
        REQUIRE(where.size() == 1);
        return std::exchange(where, {}).front();
    }
    Message kept(Bytes bytes) {
        const auto& own = kept_.emplace_back(bytes.begin(), bytes.end());
        const Read read = read_message(own);
        REQUIRE(read.fault == nullptr);
        return read.message;
    }

    void to_bus(Bytes message) override { on_bus.push_back(kept(message)); }
    void to_peer(const Message& message) override { at_peer.push_back(kept(message.bytes)); }
    void on_denied(const Denial& denial) override { denied.push_back(line_of(denial)); }
    void on_passed(Direction, const Message&, const Verdict&) override { ++passed; }

    std::deque<std::vector<std::byte>> kept_;
};

inline void check_refused(const Message& answer, std::uint32_t call, std::string_view error = access_denied_error) {
    CHECK(answer.type == 3);
    CHECK(answer.reply_serial == call);
    CHECK(answer.error_name == error);
    CHECK(answer.sender == dbus);
    CHECK(answer.destination == guest_name);
    CHECK(answer.serial != call);
}

}    // namespace xm::rpcproxy
