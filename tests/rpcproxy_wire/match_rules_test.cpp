// Which match rules a real dbus-daemon takes for eavesdropping, against what we say of them before it sees them.

#include "bus_peer.hpp"
#include "rpcproxy/cursor.hpp"
#include "rpcproxy/match_rule.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace xm::rpcproxy;
using xm::tests::BusPeer;

namespace {

constexpr const char* driver = "org.freedesktop.DBus";

bool adds_match(BusPeer& peer, const std::string& rule) {
    const Argument argument[] = {{.text = rule}};
    const auto answer = peer.ask(driver, "AddMatch", argument);
    REQUIRE(answer);
    return read_message(*answer).message.type == 2;
}

// The rules of everybody, as the bus spells them.
std::string all_rules(BusPeer& peer) {
    const auto answer = peer.ask("org.freedesktop.DBus.Debug.Stats", "GetAllMatchRules");
    REQUIRE(answer);
    const auto [message, fault] = read_message(*answer);
    REQUIRE(message.type == 2);
    return std::string{as_text(message.body)};
}

bool somebody_eavesdrops(BusPeer& peer) { return all_rules(peer).find("eavesdrop='true'") != std::string::npos; }

// Rules about eavesdropping, spelled in every way, often in wrong ones.
class RandomRules {
public:
    std::string next() {
        std::string rule;
        for (std::size_t pairs = 1 + below(3); pairs > 0; --pairs)
            rule += pair() + (pairs > 1 || one_in(8) ? "," : "");
        if (one_in(4)) rule.insert(below(rule.size() + 1), 1, choice("'\\, \t="));
        return rule;
    }

private:
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>{0, limit - 1}(random_); }
    bool one_in(std::size_t chances) { return below(chances) == 0; }
    char choice(std::string_view from) { return from[below(from.size())]; }

    std::string space() { return one_in(4) ? std::string(1, choice(" \t\n\r")) : ""; }

    std::string pair() {
        constexpr std::pair<const char*, const char*> pairs[] = {
            {"eavesdrop", "true"},   {"eavesdrop", "true"}, {"eavesdrop", "false"},     {"type", "signal"},
            {"member", "eavesdrop"}, {"arg0", "a\\"},       {"arg0", "eavesdrop=true"}, {"arg0", ""},
        };
        const auto& [key, value] = pairs[below(std::size(pairs))];
        return space() + key + space() + "=" + spelled(value);
    }

    // In quotes, partly in quotes, or without.
    std::string spelled(std::string_view value) {
        std::string text;
        bool inside = one_in(2);
        if (inside) text += '\'';
        for (const char c : value) {
            if (one_in(8)) text += (inside = !inside) ? "'" : (one_in(2) ? "'" : "'\\''");
            text += c;
        }
        return inside ? text + '\'' : text;
    }

    std::mt19937 random_{1'748};
};

}    // namespace

TEST_CASE("BUS-4: no rule that we let pass makes a real bus let its owner eavesdrop") {
    BusPeer peer;
    RandomRules rules;
    int passed = 0, taken = 0, refused = 0;
    while (passed < 3000) {
        const std::string rule = rules.next();
        if (eavesdrops(rule)) {
            ++refused;
            continue;
        }
        ++passed;
        if (adds_match(peer, rule)) ++taken;
    }
    INFO(passed << " passed, " << taken << " of them taken by the bus, " << refused << " refused");
    CHECK(taken > 500);
    CHECK(refused > 3000);
    INFO(all_rules(peer));
    CHECK_FALSE(somebody_eavesdrops(peer));
}

TEST_CASE("BUS-4: a bus does know the rules that we refuse") {
    for (const char* rule : {"eavesdrop='true'", "\teavesdrop\t=t'r'ue,type=signal", "arg0=\\',eavesdrop=true"}) {
        BusPeer peer;
        CHECK(eavesdrops(rule));
        CHECK(adds_match(peer, rule));
        CHECK(somebody_eavesdrops(peer));
    }
}
