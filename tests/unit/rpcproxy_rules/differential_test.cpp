// Random rules and random messages from a small world, where names meet often: the index must decide as the literal
// evaluator does. XM_RULES_ROUNDS asks for more rounds of 3,000 messages each.
#include "reference.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>
#include <random>

using namespace xm;
using namespace xm::rpcproxy;

namespace {

constexpr const char* names[] = {"com.a", "com.b", "com.c", "org.freedesktop.DBus"};
constexpr const char* interfaces[] = {"com.a.I", "com.b.J", "org.freedesktop.DBus.Properties", "org.freedesktop.DBus"};
constexpr const char* members[] = {"m", "Get", "Set", "GetAll", "AddMatch", "BecomeMonitor"};
constexpr const char* uuids[] = {"00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"};
constexpr const char* words[] = {"one", "two"};
constexpr const char* booleans[] = {"p", "q", "r"};
constexpr const char* signatures[] = {"s", "ss", "ssv", "", "u", "os"};
constexpr const char* arguments[] = {"com.a.I", "com.b.J", "", "eavesdrop=true"};
constexpr const char* subject_names[] = {"method-call", "method-return", "error", "signal"};

class Dice {
public:
    explicit Dice(unsigned seed) : engine_{seed} {}
    unsigned below(unsigned n) { return static_cast<unsigned>(engine_() % n); }
    bool one_in(unsigned n) { return below(n) == 0; }
    template <class T, std::size_t n>
    T of(const T (&values)[n]) {
        return values[below(n)];
    }

private:
    std::minstd_rand engine_;
};

template <class Field, class Value>
std::string maybe(Dice& dice, unsigned one_in, const char* specifier, Field& field, Value value) {
    if (!dice.one_in(one_in)) return {};
    field = value;
    return fmt::format(" {} {}", specifier, value);
}

// A rule, and its text, made side by side, so that the parser is compared as well.
Rule random_rule(Dice& dice) {
    Rule rule;
    rule.allow = dice.one_in(2);
    rule.direction = dice.one_in(3) ? Direction::outgoing : Direction::incoming;
    std::string text = rule.allow ? "allow" : "deny";
    const unsigned kind = dice.below(6);
    if (kind < 4) rule.kind = static_cast<Kind>(kind + 1);
    text += rule.direction == Direction::incoming ? " inc-" : " out-";
    text += kind < 4 ? subject_names[kind] : "any";
    const unsigned rarity = 1 + dice.below(6);
    text += maybe(dice, rarity, "destination", rule.destination, dice.of(names));
    text += maybe(dice, rarity, "interface", rule.interface, dice.of(interfaces));
    text += maybe(dice, rarity, "member", rule.member, dice.of(members));
    text += maybe(dice, 2 * rarity, "sender", rule.sender, dice.of(names));
    text += maybe(dice, 9, "dom-id", rule.dom_id, dice.below(3));
    text += maybe(dice, 8, "dom-type", rule.dom_type, dice.of(words));
    text += maybe(dice, 8, "dom-name", rule.dom_name, dice.of(words));
    if (dice.one_in(6)) {
        const char* uuid = dice.of(uuids);
        rule.dom_uuid = Uuid::parse(uuid);
        text += fmt::format(" dom-uuid {}", uuid);
    }
    if (dice.one_in(4)) {
        rule.stubdom = dice.one_in(2);
        text += fmt::format(" stubdom {}", *rule.stubdom);
    }
    while (dice.one_in(4)) {
        rule.conditions.push_back({dice.of(booleans), dice.one_in(2)});
        text += fmt::format(" if-boolean {} {}", rule.conditions.back().property, rule.conditions.back().value);
    }
    rule.text = text;
    return rule;
}

// Owns what its subject views.
struct World final : Properties {
    std::vector<std::string_view> to, from;
    Subject subject;
    Facts facts;
    std::map<std::string_view, bool> known;

    std::optional<bool> boolean(std::string_view property) const override {
        const auto at = known.find(property);
        return at == known.end() ? std::nullopt : std::optional{at->second};
    }
};

template <class Field, class Value>
void perhaps(Dice& dice, Field& field, Value value) {
    if (!dice.one_in(6)) field = value;
}

void random_world(Dice& dice, World& world) {
    world.to.clear(), world.from.clear(), world.known.clear();
    world.subject = {}, world.facts = {};
    for (unsigned i = dice.below(8); i > 0; i = i / 4)
        world.to.push_back(dice.of(names));
    for (unsigned i = dice.below(8); i > 0; i = i / 4)
        world.from.push_back(dice.of(names));
    Subject& subject = world.subject;
    subject.direction = dice.one_in(3) ? Direction::outgoing : Direction::incoming;
    subject.kind = dice.one_in(2) ? Kind::method_call : static_cast<Kind>(1 + dice.below(4));
    subject.destinations = world.to;
    subject.senders = world.from;
    perhaps(dice, subject.interface, dice.of(interfaces));
    perhaps(dice, subject.member, dice.of(members));
    subject.signature = dice.of(signatures);
    if (subject.signature.starts_with('s')) perhaps(dice, subject.first_argument, dice.of(arguments));
    perhaps(dice, world.facts.domid, dice.one_in(20) ? 0 : 1 + dice.below(3));
    perhaps(dice, world.facts.uuid, *Uuid::parse(dice.of(uuids)));
    perhaps(dice, world.facts.stubdom, dice.one_in(3));
    perhaps(dice, world.facts.type, dice.of(words));
    perhaps(dice, world.facts.name, dice.of(words));
    for (const char* property : booleans)
        if (!dice.one_in(3)) world.known[property] = dice.one_in(2);
}

int why(const Verdict& verdict) {
    if (verdict.rule) return static_cast<int>(verdict.position);
    if (verdict.allow) return reference::not_judged;
    return verdict.by_default ? reference::nothing : reference::out_of_reach;
}

bool same(const Rule& a, const Rule& b) {
    return a.allow == b.allow && a.direction == b.direction && a.kind == b.kind && a.destination == b.destination &&
           a.interface == b.interface && a.member == b.member && a.sender == b.sender && a.dom_uuid == b.dom_uuid &&
           a.dom_id == b.dom_id && a.dom_type == b.dom_type && a.dom_name == b.dom_name && a.stubdom == b.stubdom &&
           a.conditions == b.conditions && a.text == b.text;
}

std::size_t rounds() {
    const char* asked = std::getenv("XM_RULES_ROUNDS");
    return asked ? std::strtoul(asked, nullptr, 10) : 100;
}

}    // namespace

TEST_CASE("the index decides as the literal evaluator does") {
    Dice dice{20};
    World world;
    std::size_t allowed = 0, by_rule = 0, all = 0;
    for (std::size_t round = 0; round < rounds(); ++round) {
        std::vector<Rule> written(1 + dice.below(round % 10 == 0 ? 100 : 20));
        std::string text;
        for (Rule& rule : written) {
            rule = random_rule(dice);
            text += rule.text + "\n";
        }
        INFO(text);
        Parsed parsed = parse_rules(text, "F");
        REQUIRE_FALSE(parsed.error);
        REQUIRE(std::equal(written.begin(), written.end(), parsed.rules.begin(), parsed.rules.end(), same));
        const RuleSet rules{std::move(parsed.rules)};
        for (int i = 0; i < 3000; ++i, ++all) {
            random_world(dice, world);
            const Verdict verdict = rules.judge(world.subject, world.facts, world);
            const auto expected = reference::decide(written, world.subject, world.facts, world);
            allowed += verdict.allow ? 1 : 0;
            by_rule += verdict.rule ? 1 : 0;
            if (verdict.allow == expected.allow && (why(verdict) == expected.why)) continue;
            CAPTURE(round, i, why(verdict), expected.why);
            REQUIRE(false);
        }
    }
    CHECK(by_rule > all / 4);    // the world is small enough to say something
    CHECK(allowed > all / 20);
    CHECK(allowed < all / 2);
}
