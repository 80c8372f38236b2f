// What we accept and strip, a real dbus-daemon accepts: it ends a connection for everything else.

#include "bus_peer.hpp"
#include "fakes/wire_builder.hpp"
#include "random_message.hpp"
#include "rpcproxy/message.hpp"

#include <catch2/catch.hpp>

#include <optional>

using namespace xm;
using namespace xm::fakes;
using namespace xm::rpcproxy;
using xm::tests::BusPeer;

namespace {

using Sent = std::vector<std::byte>;

// As it would be forwarded, if at all.
std::optional<Sent> forwarded(Bytes bytes) {
    const auto [message, fault] = read_message(bytes);
    if (fault != nullptr || message.type > 4) return std::nullopt;
    return stripped(message);
}

std::string hex(Bytes bytes) {
    std::string text;
    for (const std::byte byte : bytes)
        for (const unsigned digit : {std::to_integer<unsigned>(byte) >> 4, std::to_integer<unsigned>(byte) & 15})
            text += "0123456789abcdef"[digit];
    return text;
}

bool accepted(BusPeer& peer, const std::vector<Sent>& messages) {
    for (const Sent& message : messages)
        if (!peer.send(message)) return false;
    return peer.still_there();
}

// Sends all; if the bus hangs up, finds out which message it was.
void expect_accepted(BusPeer& peer, const std::vector<Sent>& messages) {
    if (accepted(peer, messages)) return;
    for (const Sent& message : messages) {
        BusPeer fresh;
        if (!accepted(fresh, {message})) FAIL("we accept what the bus does not: " << hex(message));
    }
    FAIL("the bus hung up, but for no single message");
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

Write variants(int count) {
    return [count](Wire& to) {
        for (int i = 1; i < count; ++i)
            to.signature("v");
        to.signature("y").byte(1);
    };
}

// Just within our limits.
std::vector<RawMessage> extremes() {
    const auto value = [](const std::string& signature, Write write) {
        return raw_call().with_body(signature, std::move(write));
    };
    const auto signature = [&](const std::string& text) {
        return value("g", [text](Wire& to) { to.signature(text); });
    };
    std::vector<RawMessage> all = {
        value("v", variants(64)),
        value(repeated("(", 32) + "v" + repeated(")", 32), variants(32)),
        value("av", [](Wire& to) { to.array(1, variants(63)); }),
        value(repeated("a", 32) + "y", [](Wire& to) { to.u32(0); }),
        value(repeated("y", 255), [](Wire& to) { to.raw(repeated("y", 255)); }),
        signature(repeated("a", 32) + "y"),
        signature(repeated("(", 32) + "y" + repeated(")", 32)),
        signature(repeated("a{y", 32) + "y" + repeated("}", 32)),
        signature(repeated("a(", 32) + "y" + repeated(")", 32)),
        signature(repeated("(ay)", 63)),
        raw_call().instead(text_field(f_path, repeated("/a", 32'000))),
        raw_call().instead(text_field(f_path, "/")),
        raw_call().with(number_field(f_reply_serial, 1)).with(text_field(f_error_name, "a.b")),
        raw_call().without(f_interface).without(f_destination),
    };
    for (const char* name : {"-a.-b", "_._", ":1.2.3", ":x.1y", "a.b"})
        all.push_back(raw_call().instead(text_field(f_destination, name)));
    const std::string longest = "a." + repeated("b", 253);
    all.push_back(raw_call().instead(text_field(f_destination, longest)));
    all.push_back(raw_call().instead(text_field(f_interface, longest)));
    all.push_back(raw_error().instead(text_field(f_error_name, longest)));
    all.push_back(raw_call().instead(text_field(f_member, repeated("m", 255))));
    return all;
}

}    // namespace

TEST_CASE("WIR-13: a bus accepts the outermost that we accept") {
    for (const bool big_endian : {false, true})
        for (const RawMessage& message : extremes()) {
            BusPeer peer;
            const auto sent = forwarded(message.bytes(big_endian));
            REQUIRE(sent);
            CHECK(accepted(peer, {*sent}));
        }
}

TEST_CASE("WIR-13: a bus accepts whatever we accept of messages made at random and damaged") {
    constexpr int rounds = 400;
    constexpr std::size_t per_round = 50;
    BusPeer peer;
    tests::RandomMessages messages{20'130'613, peer.unique_name()};
    std::size_t sent = 0, refused = 0;
    for (int round = 0; round < rounds; ++round) {
        std::vector<Sent> batch;
        while (batch.size() < per_round) {
            auto message = forwarded(messages.next());
            if (message)
                batch.push_back(std::move(*message));
            else
                ++refused;
        }
        expect_accepted(peer, batch);
        sent += batch.size();
    }
    INFO(sent << " accepted, " << refused << " refused");
    CHECK(sent == rounds * per_round);
    CHECK(refused > sent / 4);    // damage is done
}

TEST_CASE("a bus ends a connection for messages that we refuse, so the comparison can fail") {
    BusPeer peer;
    CHECK_FALSE(accepted(peer, {raw_call().without(f_path).bytes()}));
}
