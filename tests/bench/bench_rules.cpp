// The firewall's decision by itself: no sockets, no bus. Rules that all could match but for one word, and a message
// that only the first of the file lets in, so that a scan from the end would look at every rule.

#include "figures.hpp"
#include "rpcproxy/judge.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <string>

namespace xm::bench {

namespace {

using Clock = std::chrono::steady_clock;
using namespace rpcproxy;

struct NoProperties final : Properties {
    std::optional<bool> boolean(std::string_view) const override { return std::nullopt; }
};

// How the rules differ from each other and from the first.
struct Policy {
    const char* name;
    const char* row;    // {0}: number of the rule, {1}: allow or deny in turn
};

constexpr const char* first =
    "allow destination com.citrix.xenclient.xenmgr interface com.citrix.xenclient.xenmgr.vm member m";
constexpr Policy policies[] = {
    {"by member",
     "{1} inc-any destination com.citrix.xenclient.xenmgr interface com.citrix.xenclient.xenmgr.vm member m{0}"},
    {"by interface",
     "{1} destination com.citrix.xenclient.xenmgr interface com.citrix.xenclient.xenmgr.vm{0} member m"},
    {"by destination",
     "{1} destination com.citrix.xenclient.service{0} interface com.citrix.xenclient.xenmgr.vm member m"},
    {"by guest", "{1} destination com.citrix.xenclient.xenmgr dom-uuid 00000000-0000-0000-0000-{0:012}"},
    {"by guest's name", "{1} destination com.citrix.xenclient.xenmgr member m dom-name vm{0}"},
    {"by sender", "{1} destination com.citrix.xenclient.xenmgr sender com.citrix.xenclient.guest{0}"},
};

std::string policy_text(const Policy& policy, std::size_t count) {
    std::string text = first;
    for (std::size_t i = 1; i < count; ++i)
        text += '\n' + fmt::format(fmt::runtime(policy.row), i, i % 2 ? "deny" : "allow");
    return text;
}

RuleSet rule_set(const Policy& policy, std::size_t count) {
    Parsed parsed = parse_rules(policy_text(policy, count), policy.name);
    if (parsed.error) throw std::runtime_error{to_string(*parsed.error)};
    return RuleSet{std::move(parsed.rules)};
}

// Nanoseconds a decision: the median of several rounds.
double time_decision(const RuleSet& rules, std::size_t rounds) {
    constexpr std::size_t decisions = 20'000;
    const std::string_view to[] = {"com.citrix.xenclient.xenmgr"}, from[] = {"com.citrix.xenclient.guest.own"};
    Subject subject;
    subject.destinations = to;
    subject.senders = from;
    subject.interface = "com.citrix.xenclient.xenmgr.vm";
    subject.member = "m";
    Facts facts;
    facts.domid = 5;
    facts.stubdom = false;
    facts.uuid = Uuid::parse("00112233-4455-6677-8899-aabbccddeeff");
    facts.type = "svm";
    facts.name = "mine";
    Samples samples;
    for (std::size_t round = 0; round < rounds; ++round) {
        std::size_t allowed = 0;
        const auto began = Clock::now();
        for (std::size_t i = 0; i < decisions; ++i) {
            const Verdict verdict = rules.judge(subject, facts, NoProperties{});
            allowed += verdict.allow && verdict.position == 0 ? 1 : 0;
        }
        const std::chrono::duration<double, std::nano> took = Clock::now() - began;
        if (allowed != decisions) throw std::runtime_error{"the first rule did not decide"};
        samples.push_back(took.count() / decisions);
    }
    return median(samples);
}

double time_parsing(const std::string& text) {
    const auto began = Clock::now();
    const RuleSet rules{parse_rules(text, "rules").rules};
    const std::chrono::duration<double, std::milli> took = Clock::now() - began;
    return took.count();
}

int run(const Options& options) {
    Report report{"bench-rules: one decision"};
    const std::size_t rounds = options.quick ? 5 : 51;
    for (const Policy& policy : policies) {
        const double few = time_decision(rule_set(policy, 10), rounds);
        const double many = time_decision(rule_set(policy, 10'000), rounds);
        report.at_most(fmt::format("1,000 rules {}", policy.name), time_decision(rule_set(policy, 1000), rounds), 1000,
                       "ns");
        report.note(fmt::format("10 rules {}", policy.name), few, "ns");
        report.at_most(fmt::format("10,000 rules {}, beyond that of 10", policy.name), many - few, 500, "ns");
    }
    report.note("reading 10,000 rules", time_parsing(policy_text(policies[0], 10'000)), "ms");
    return report.exit_status(options);
}

}    // namespace

}    // namespace xm::bench

int main(int argc, char** argv) { return xm::bench::guarded_main(argc, argv, xm::bench::run); }
