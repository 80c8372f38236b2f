#pragma once
// A message and a guest as somebody describes them, to hear what the rules would say. Owns its texts.

#include "rpcproxy/judge.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

struct Question {
    Direction direction = Direction::incoming;
    Kind kind = Kind::method_call;
    std::optional<std::string> destination{};    // a well-known name; a unique one (":1.5") stands for no known name
    std::optional<std::string> interface{};
    std::optional<std::string> member{};
    std::optional<std::string> sender{};    // the same; not looked at in messages of a guest
    std::string signature{};
    std::optional<std::string> first_argument{};    // if it is a string
    Facts facts{};
    std::map<std::string, bool, std::less<>> properties{};

    // Calls `use(subject, properties)`; both are views.
    template <class Use>
    auto ask(Use&& use) const;
};

// Options of the proxy that have a say beside the rules.
struct Circumstances {
    bool compat_interface_match = false;
    bool gives_names = false;    // --request-name
};

Verdict judge(const RuleSet& rules, const Question& question);                                  // the rules alone
Verdict decide(const RuleSet& rules, const Question& question, Circumstances circumstances);    // the proxy

// Of a call with a first argument of which nobody said more: its usual signature, by its member.
std::string usual_signature(const Question& question);

std::optional<Direction> direction_of(std::string_view word);    // inc or incoming, out or outgoing
std::optional<Kind> kind_of(std::string_view word);              // method_call or method-call, ...

// --- details ---------------------------------------------------------------------------------------------------------

class KnownProperties final : public Properties {
public:
    explicit KnownProperties(const std::map<std::string, bool, std::less<>>& values) : values_{values} {}
    std::optional<bool> boolean(std::string_view property) const override {
        const auto at = values_.find(property);
        return at == values_.end() ? std::nullopt : std::optional{at->second};
    }

private:
    const std::map<std::string, bool, std::less<>>& values_;
};

template <class Use>
auto Question::ask(Use&& use) const {
    const auto is_known = [](const std::optional<std::string>& name) {
        return name && !name->empty() && !name->starts_with(':');
    };
    const std::string_view to = destination ? std::string_view{*destination} : std::string_view{};
    const std::string_view from = sender ? std::string_view{*sender} : std::string_view{};
    const bool sender_counts = direction == Direction::outgoing && is_known(sender);
    Subject subject{.direction = direction, .kind = kind, .signature = signature};
    if (is_known(destination)) subject.destinations = {&to, 1};
    if (sender_counts) subject.senders = {&from, 1};
    if (interface && !interface->empty()) subject.interface = *interface;
    if (member && !member->empty()) subject.member = *member;
    if (first_argument && signature.starts_with('s')) subject.first_argument = *first_argument;
    return use(subject, KnownProperties{properties});
}

}    // namespace xm::rpcproxy
