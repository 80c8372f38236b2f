#include "rpcproxy/service_bus.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "rpcproxy/explain.hpp"
#include "rpcproxy/lint.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace xm::rpcproxy {
namespace {

class Root final : public bus::Object {
public:
    Root(gen::rpc_proxy::Server& rules, gen::rpc_proxy_control::Server& control)
        : faces_{gen::rpc_proxy::face(rules), gen::rpc_proxy_control::face(control)} {}
    std::span<const bus::Face> faces() override { return faces_; }

private:
    std::array<bus::Face, 2> faces_;
};

std::int32_t domain_of(const Facts& facts) {
    constexpr auto most = static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max());
    return facts.domid && *facts.domid <= most ? static_cast<std::int32_t>(*facts.domid) : -1;
}

Question called(std::string destination, std::string interface, std::string member) {
    Question question;
    question.destination = std::move(destination);
    question.interface = std::move(interface);
    question.member = std::move(member);
    return question;
}

Question signalled(Direction direction, std::string interface, std::string member) {
    Question question;
    question.direction = direction;
    question.kind = Kind::signal;
    question.interface = std::move(interface);
    question.member = std::move(member);
    return question;
}

struct Word {
    const char* name;
    std::optional<std::string> Question::* field;
};
constexpr Word words[] = {{"destination", &Question::destination},
                          {"interface", &Question::interface},
                          {"member", &Question::member},
                          {"sender", &Question::sender},
                          {"arg0", &Question::first_argument}};

Question described(const std::string& direction, const std::map<std::string, std::string>& message) {
    Question question;
    const auto way = direction_of(direction);
    if (!way) fail(errors::bad_value, "direction", "'{}' is neither inc nor out", text::escaped(direction));
    question.direction = *way;
    for (const auto& [name, value] : message) {
        if (const auto at = std::ranges::find(words, name, &Word::name); at != std::end(words)) {
            question.*at->field = value;
        } else if (name == "signature") {
            question.signature = value;
        } else if (const auto kind = kind_of(value); name == "type" && kind) {
            question.kind = *kind;
        } else {
            fail(errors::bad_value, text::escaped(name),
                 "a message is described by type, destination, interface, member, sender, signature and arg0");
        }
    }
    if (question.signature.empty()) question.signature = usual_signature(question);
    return question;
}

}    // namespace

std::span<const bus::Interface* const> ServiceBus::interfaces() const {
    static const std::array all{&gen::rpc_proxy::interface(), &gen::rpc_proxy_control::interface()};
    return all;
}

std::unique_ptr<bus::Object> ServiceBus::find(std::string_view path) {
    if (path != "/" || !policies_) return nullptr;
    gen::rpc_proxy::Server& rules = *this;
    gen::rpc_proxy_control::Server& control = *this;
    return std::make_unique<Root>(rules, control);
}

// The rules are for the host to change; a guest comes through one of our own connections.
void ServiceBus::refuse_guests(const bus::Caller& caller) const {
    const auto& open = proxy_->conversations();
    if (std::ranges::any_of(open, [&](const auto& guest) { return guest->unique_name() == caller.sender; }))
        fail(errors::not_supported, "rules", "a guest cannot change them");
}

ServiceBus::Task<void> ServiceBus::add_rule(std::string rule, bus::Caller caller) {
    refuse_guests(caller);
    policies_->add_rule(rule);
    log::info("rule added by={}: {}", caller.sender, text::escaped(rule));
    co_return;
}
ServiceBus::Task<void> ServiceBus::delete_rule(std::string rule, bus::Caller caller) {
    refuse_guests(caller);
    policies_->delete_rule(rule);
    log::info("rule deleted by={}: {}", caller.sender, text::escaped(rule));
    co_return;
}

ServiceBus::Task<std::vector<std::string>> ServiceBus::list_rules(bus::Caller) {
    std::vector<std::string> texts;
    for (const Rule& rule : policies_->file_rules().set.rules())
        texts.push_back(rule.text);
    co_return texts;
}

Circumstances ServiceBus::circumstances() const {
    const GateOptions& options = proxy_->options();
    return {.compat_interface_match = options.compat_interface_match, .gives_names = !options.request_name.empty()};
}

// The VM in a domain, for a question about it. Null if there is none.
ServiceBus::Task<std::shared_ptr<const Guest>> ServiceBus::guest_of(std::int32_t domain, Question& question) {
    if (domain < 0) co_return nullptr;
    const auto number = static_cast<std::uint32_t>(domain);
    const auto& open = proxy_->conversations();
    const auto at = std::ranges::find_if(open, [&](const auto& guest) { return guest->facts().domid == number; });
    if (at != open.end()) {
        question.facts = (*at)->facts();
    } else {
        const bool ours = proxy_->given().domid == number;
        const GivenIdentity given = ours ? proxy_->given() : GivenIdentity{};
        question.facts = co_await identify(given, number, xenstore_);
    }
    if (!question.facts.uuid) co_return nullptr;
    auto guest = co_await policies_->guest(question.facts.uuid);
    question.properties = {guest->properties.booleans.begin(), guest->properties.booleans.end()};
    if (!question.facts.type) question.facts.type = guest->properties.type;
    if (!question.facts.name) question.facts.name = guest->properties.name;
    co_return guest;
}

ServiceBus::Task<bool> ServiceBus::validate(std::int32_t domain, Question question) {
    const auto guest = co_await guest_of(domain, question);
    if (!guest) co_return false;
    question.facts.stubdom = false;
    question.properties.clear();    // historical: conditions on properties never hold here
    const Verdict verdict = decide(guest->rules->set, question, circumstances());
    if (!verdict.allow)
        log::info("would deny domid={} interface={} member={}: {}", domain,
                  text::escaped(question.interface.value_or("")), text::escaped(question.member.value_or("")),
                  verdict.rule ? text::escaped(to_string(verdict.rule->origin)) : verdict.reason);
    co_return verdict.allow;
}

ServiceBus::Task<bool> ServiceBus::validate_call(std::int32_t domain, std::string destination, std::string interface_,
                                                 std::string member, bus::Caller) {
    return validate(domain, called(std::move(destination), std::move(interface_), std::move(member)));
}
ServiceBus::Task<bool> ServiceBus::validate_recv_signal(std::int32_t domain, std::string interface_, std::string member,
                                                        bus::Caller) {
    return validate(domain, signalled(Direction::outgoing, std::move(interface_), std::move(member)));
}
ServiceBus::Task<bool> ServiceBus::validate_send_signal(std::int32_t domain, std::string interface_, std::string member,
                                                        bus::Caller) {
    return validate(domain, signalled(Direction::incoming, std::move(interface_), std::move(member)));
}

ServiceBus::Task<std::tuple<bool, std::string, std::string>> ServiceBus::explain(
    std::int32_t domain, std::string direction, std::map<std::string, std::string> message, bus::Caller) {
    Question question = described(direction, message);
    const auto guest = co_await guest_of(domain, question);
    const RuleSet& rules = guest ? guest->rules->set : policies_->file_rules().set;
    if (!guest && domain >= 0) question.facts.domid = static_cast<std::uint32_t>(domain);
    const Verdict verdict = decide(rules, question, circumstances());
    co_return std::tuple{verdict.allow, verdict.rule ? to_string(verdict.rule->origin) : std::string{},
                         rpcproxy::explain(rules, question, circumstances())};
}

ServiceBus::Task<std::vector<std::string>> ServiceBus::lint(std::string rules, bus::Caller) {
    Parsed parsed = parse_rules(rules, "rules");
    if (parsed.error) fail(errors::rule_parse_error, "rules", "{}", to_string(*parsed.error));
    const auto current = policies_->file_rules().set.rules();
    std::vector<std::string> lines;
    for (const Finding& finding : rpcproxy::lint(rules.empty() ? current : std::span<const Rule>{parsed.rules}))
        lines.push_back(to_string(finding));
    co_return lines;
}

ServiceBus::Task<std::vector<std::tuple<std::string, std::string, std::uint64_t, std::uint64_t>>>
ServiceBus::rule_counters(bus::Caller) {
    const Rules& rules = policies_->file_rules();
    const auto stated = rules.set.rules();
    std::vector<std::tuple<std::string, std::string, std::uint64_t, std::uint64_t>> rows;
    for (std::size_t i = 0; i < rules.counters.size(); ++i) {
        const RuleCounter& counter = rules.counters[i];
        const bool rule = i < stated.size();
        rows.emplace_back(rule ? to_string(stated[i].origin) : "", rule ? stated[i].text : "", counter.hits,
                          static_cast<std::uint64_t>(counter.last_us));
    }
    co_return rows;
}

ServiceBus::Task<
    std::vector<std::tuple<std::string, std::int32_t, std::string, std::uint64_t, std::uint64_t, std::uint64_t>>>
ServiceBus::conversations(bus::Caller) {
    std::vector<std::tuple<std::string, std::int32_t, std::string, std::uint64_t, std::uint64_t, std::uint64_t>> rows;
    for (const auto& guest : proxy_->conversations()) {
        const Facts& facts = guest->facts();
        rows.emplace_back(guest->unique_name(), domain_of(facts), facts.uuid ? facts.uuid->text() : "",
                          guest->counts().passed, guest->counts().denied, guest->queued());
    }
    co_return rows;
}

const Conversation& ServiceBus::conversation(const std::string& name) const {
    for (const auto& guest : proxy_->conversations())
        if (!name.empty() && guest->unique_name() == name) return *guest;
    fail(errors::caller_unknown, text::escaped(name), "this process made no such connection for a guest");
}

ServiceBus::Task<std::int32_t> ServiceBus::GetConnectionDOMID(std::string name, bus::Caller) {
    const auto domid = domain_of(conversation(name).facts());
    if (domid < 0) fail(errors::caller_unknown, text::escaped(name), "its domain is not known");
    co_return domid;
}

ServiceBus::Task<std::tuple<std::int32_t, std::string>> ServiceBus::connection_identity(std::string name, bus::Caller) {
    const Facts& facts = conversation(name).facts();
    co_return std::tuple{domain_of(facts), facts.uuid ? facts.uuid->text() : std::string{}};
}

}    // namespace xm::rpcproxy
