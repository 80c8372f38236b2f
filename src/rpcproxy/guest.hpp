#pragma once
// What is known of a guest at this moment. Shared by the conversations of one VM; replaced by news, never by age.

#include "rpcproxy/judge.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

// How often each rule of a set has decided. One for each set; the last one counts what no rule decided.
struct RuleCounter {
    std::uint64_t hits = 0;
    std::int64_t last_us = 0;    // since 1970; 0: never
};

// Rules in force, with their counters. A VM without rules of its own shares the set of the file.
struct Rules {
    RuleSet set;
    std::vector<RuleCounter> counters;
    std::shared_ptr<Rules> file;    // of a VM's set: the file's, whose rules come first in it and count there

    explicit Rules(std::vector<Rule> rules) : set{std::move(rules)}, counters(set.rules().size() + 1) {}

    void count(const Verdict& verdict);

    // What the rules allow if their interfaces are left out of account; of messages that are about properties, nothing.
    std::optional<Verdict> judge_loosely(const Subject& subject, const Facts& facts, const Properties& properties);

private:
    std::unique_ptr<RuleSet> without_interfaces_{};    // made when it is needed first
};

// The properties of a VM as its manager answered. What it did not answer is unknown.
struct VmProperties final : Properties {
    std::optional<bool> boolean(std::string_view property) const override {
        const auto at = booleans.find(property);
        return at == booleans.end() ? std::nullopt : std::optional{at->second};
    }
    std::map<std::string, bool, std::less<>> booleans;
    std::optional<std::string> type;
    std::optional<std::string> name;
    bool complete = true;    // false: the manager did not answer in time, so it may be worth asking again
};

// A VM, or everybody without one.
struct Guest {
    std::shared_ptr<Rules> rules;
    std::vector<Rule> own;    // of the VM, behind the file's
    VmProperties properties;
    bool asked = false;           // the manager and the database have answered, or did not in time
    std::uint64_t turn = 0;       // of the latest question
    std::uint64_t told = 0;       // of the question whose answer holds; older ones no longer count
    std::uint64_t version = 0;    // of the properties
    int tries = 0;                // that found somebody silent, one after the other

    void use(const std::shared_ptr<Rules>& file);
};

}    // namespace xm::rpcproxy
