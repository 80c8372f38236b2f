#include "rpcproxy/judge.hpp"

#include "rpcproxy/match_rule.hpp"
#include "rpcproxy/rule_index.hpp"

#include <set>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr std::string_view bus = "org.freedesktop.DBus";
constexpr std::string_view firewall = "com.citrix.xenclient.rpc_proxy";    // the begin of its names

bool is_for_the_bus(const Subject& subject) {
    for (const auto name : subject.destinations)
        if (name == bus) return true;
    return false;
}

// What no rule can allow to come from a guest; by destination and member, because the bus looks at nothing else.
const char* forbidden(const Subject& subject) {
    if (subject.direction == Direction::outgoing) return nullptr;
    if (subject.kind == Kind::signal && subject.interface == bus) return "only the bus sends signals of the bus";
    if (subject.kind != Kind::method_call) return nullptr;
    if (subject.destinations.empty()) return "a call needs a destination that has a name";
    if (!is_for_the_bus(subject)) return nullptr;
    if (subject.member == "BecomeMonitor") return "no guest may monitor the bus";
    if (subject.member == "UpdateActivationEnvironment") return "no guest may set the environment of services";
    if (subject.member == "AddMatch") {
        if (!subject.first_argument) return "a match rule must be a string";
        if (eavesdrops(*subject.first_argument)) return "no guest may eavesdrop";
    }
    return nullptr;
}

// A name to judge by; one round without a name if there is none.
std::size_t rounds(std::span<const std::string_view> names) { return names.empty() ? 1 : names.size(); }

std::optional<std::string_view> name_of(std::span<const std::string_view> names, std::size_t round) {
    if (names.empty()) return std::nullopt;
    return names[round];
}

std::vector<std::string> properties_of(const std::vector<Rule>& rules) {
    std::set<std::string> names;
    for (const Rule& rule : rules) {
        if (rule.dom_type) names.insert("type");
        if (rule.dom_name) names.insert("name");
        for (const Condition& condition : rule.conditions)
            names.insert(condition.property);
    }
    return {names.begin(), names.end()};
}

}    // namespace

struct RuleSet::Index {
    explicit Index(const std::vector<Rule>& rules) : tree{rules}, properties{properties_of(rules)} {
        for (const Rule& rule : rules)
            if (rule.destination) destinations.insert(*rule.destination);
    }

    RuleIndex tree;
    std::set<std::string_view> destinations;    // views into the rules
    std::vector<std::string> properties;
};

RuleSet::RuleSet() : RuleSet{std::vector<Rule>{}} {}
RuleSet::RuleSet(std::vector<Rule> rules) : rules_{std::move(rules)}, index_{std::make_unique<Index>(rules_)} {}
RuleSet::~RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;

std::span<const Rule> RuleSet::rules() const { return rules_; }
std::span<const std::string> RuleSet::properties() const { return index_->properties; }

Verdict RuleSet::judge(const Subject& subject, const Facts& facts, const Properties& properties) const {
    if (facts.domid == 0u) return {.allow = true, .reason = "domain 0 is not judged"};
    if (const char* reason = forbidden(subject)) return {.reason = reason};

    const RuleIndex& tree = index_->tree;
    Query query = tree.make_query(subject, facts);
    std::optional<Verdict> verdict;
    for (std::size_t d = 0; d < rounds(subject.destinations); ++d) {
        tree.set_name(query, Axis::destination, name_of(subject.destinations, d));
        for (std::size_t s = 0; s < rounds(subject.senders); ++s) {
            tree.set_name(query, Axis::sender, name_of(subject.senders, s));
            const Verdict one = verdict_of(tree.find_last(query, properties));
            if (!one.allow && one.rule) return one;    // binds, whatever the other names are
            if (!verdict || !one.allow) verdict = one;
        }
    }
    return *verdict;
}

// Services believe what is said at the firewall's names, and a guest's connection is one of the user who may own them.
const char* RuleSet::keeps_name_from(const Subject& call, bool gives_names) const {
    const bool incoming_call = call.direction == Direction::incoming && call.kind == Kind::method_call;
    if (!incoming_call || call.member != "RequestName" || !is_for_the_bus(call)) return nullptr;
    const auto name = call.first_argument.value_or("");
    if (name.starts_with(firewall)) return "the firewall's names are its own";
    if (gives_names || !index_->destinations.contains(name)) return nullptr;
    return "rules let guests call this name, so none of them may take it";
}

RuleSet RuleSet::without_interfaces() const {
    std::vector<Rule> loose = rules_;
    for (Rule& rule : loose)
        rule.interface.reset();
    return RuleSet{std::move(loose)};
}

bool RuleSet::may_ignore_interfaces(const Subject& subject) {
    return subject.interface && !property_interface(subject).possible;
}

Verdict RuleSet::verdict_of(std::size_t position) const {
    if (position == RuleIndex::none) return {.reason = "no rule matches", .by_default = true};
    return {.allow = rules_[position].allow, .rule = &rules_[position], .position = position};
}

}    // namespace xm::rpcproxy
