#include "rpcproxy/gate.hpp"

#include "base/text.hpp"
#include "rpcproxy/driver.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr std::size_t longest_kept = 1024;          // of an argument that is remembered; names have 255 bytes
constexpr std::uint32_t own_hello = 0xffff'ffff;    // the serial of a Hello that we say for a peer
constexpr std::string_view access_denied = "org.freedesktop.DBus.Error.AccessDenied";
constexpr std::string_view limits_exceeded = "org.freedesktop.DBus.Error.LimitsExceeded";
constexpr std::string_view disconnected = "org.freedesktop.DBus.Error.Disconnected";

bool is_unique(std::string_view name) { return name.starts_with(':'); }

Kind kind_of(const Message& message) { return static_cast<Kind>(message.type); }

// What a refused caller reads: what was refused and why, without telling more than it sent itself.
std::string refusal(const Message& call, const Verdict& verdict) {
    return fmt::format("The firewall does not let this guest call {}.{} of {}: {}.",
                       text::escaped(call.interface.value_or("?")), text::escaped(call.member.value_or("?")),
                       text::escaped(call.destination.value_or("?")),
                       verdict.rule ? "a rule denies it" : verdict.reason);
}

// What the bus gets of a peer's message: the same bytes, unless they say what only the bus may say.
void send_clean(const Message& message, GateOutput& output) {
    const bool misplaced = message.reply_serial && message.type != 2 && message.type != 3;
    if (message.sender || message.unknown_fields || misplaced) return output.to_bus(stripped(message));
    output.to_bus(message.bytes);
}

}    // namespace

Gate::Gate(const GateOptions& options, const Quota& quota, BusNames& names, GateOutput& output)
    : options_{options}, quota_{quota}, names_{names}, output_{output}, to_bus_{quota.calls}, to_peer_{quota.calls} {}

void Gate::set_guest(Facts facts, std::shared_ptr<const Guest> guest) {
    given_ = std::move(facts);
    guest_ = std::move(guest);
    take_in_news();
}

void Gate::take_in_news() {
    facts_ = given_;
    if (!facts_.type) facts_.type = guest_->properties.type;
    if (!facts_.name) facts_.name = guest_->properties.name;
    version_ = guest_->version;
}

Fault Gate::from_peer(Bytes bytes) {
    const Read read = read_message(bytes, {.message = quota_.message});
    if (read.fault) return read.fault;
    const Message& message = read.message;
    if (!greeted_) return hello(message);
    switch (message.type) {
        case 1:
            call_to_bus(message);
            break;
        case 2:
        case 3:
            answer_to_bus(message);
            break;
        case 4:
            signal_to_bus(message);
            break;
        default:
            break;    // of a later protocol: goes nowhere
    }
    return nullptr;
}

// Part of the set-up, like the handshake: a connection has to say it before anything else, and once.
Fault Gate::hello(const Message& message) {
    const bool fits = to_driver(message, "Hello") && message.interface.value_or(driver) == driver;
    if (!fits && !options_.say_hello) return "a message before Hello";
    if (fits && !message.expects_reply()) return "a Hello that wants no answer";
    greeted_ = true;
    awaits_name_ = true;
    if (fits) {
        pass_call(message, PendingCall::Kind::hello);
        return nullptr;
    }
    const auto own = made(Outline{.type = 1,
                                  .serial = own_hello,
                                  .path = driver_path,
                                  .interface = driver,
                                  .member = "Hello",
                                  .destination = driver},
                          std::span<const Argument>{});
    pass_call(read_message(own).message, PendingCall::Kind::own_hello);
    return from_peer(message.bytes);
}

// The names behind an address: a well-known name is itself, a unique one is what it holds at this moment.
std::span<const std::string_view> Gate::names_of(const std::optional<std::string_view>& address, Names& own) const {
    if (!address) return {};
    if (is_unique(*address)) return names_.of(*address);
    own.assign(1, *address);
    return own;
}

Verdict Gate::judge(Direction direction, const Message& message, std::span<const std::string_view> destinations,
                    std::span<const std::string_view> senders) {
    if (version_ != guest_->version) take_in_news();
    if (!options_.firewall) return {.allow = true, .reason = "the firewall is off"};
    const Subject subject{.direction = direction,
                          .kind = kind_of(message),
                          .destinations = destinations,
                          .senders = senders,
                          .interface = message.interface,
                          .member = message.member,
                          .signature = message.signature,
                          .first_argument = message.first_argument};
    Verdict verdict = guest_->rules->set.judge(subject, facts_, guest_->properties);
    if (!verdict.allow && options_.compat_interface_match)
        verdict = guest_->rules->judge_loosely(subject, facts_, guest_->properties).value_or(verdict);
    if (!verdict.allow || facts_.domid == 0u) return verdict;
    const char* kept = guest_->rules->set.keeps_name_from(subject, !options_.request_name.empty());
    return kept ? Verdict{.reason = kept} : verdict;
}

void Gate::call_to_bus(const Message& message) {
    if (message.destination && is_unique(*message.destination)) names_.catch_up();
    Names own;
    const auto destinations = names_of(message.destination, own);
    if (options_.translate_anonymous && message.destination && is_unique(*message.destination) &&
        destinations.size() == 1) {
        const auto named = readdressed(message, destinations.front());
        if (const Read read = read_message(named); !read.fault) return call_to_bus(read.message);
    }
    const Verdict verdict = judge(Direction::incoming, message, destinations, names_.of(unique_name_));
    if (!verdict.allow) return deny_call(message, verdict);
    const bool names_itself = to_driver(message, "RequestName") || to_driver(message, "ReleaseName");
    if (!names_itself || options_.request_name.empty()) return pass_on(message, verdict);
    const auto other = renamed(message);
    if (const Read read = read_message(other); !read.fault) return pass_on(read.message, verdict);
    deny_call(message, {.reason = "this guest has no name to request"});
}

void Gate::deny_call(const Message& call, const Verdict& verdict) {
    deny(Direction::incoming, call, verdict);
    refuse(call, access_denied, refusal(call, verdict));
}

// RequestName and ReleaseName of the name that the guest has, whatever it said. Nothing: there is none, or the call has
// another shape than these have.
std::vector<std::byte> Gate::renamed(const Message& call) const {
    const bool requests = call.member == "RequestName";
    if (requested_name_.empty() || call.signature != (requests ? "su" : "s")) return {};
    const std::array arguments{Argument{.type = 's', .text = requested_name_},
                               Argument{.type = 'u', .number = number_behind_text(call).value_or(0)}};
    return made({.type = 1,
                 .flags = call.flags,
                 .serial = call.serial,
                 .path = driver_path,
                 .interface = driver,
                 .member = *call.member,
                 .destination = driver},
                std::span{arguments}.first(requests ? 2 : 1));
}

void Gate::pass_on(const Message& call, const Verdict& verdict) {
    if (const char* quota = over_quota(call)) return refuse(call, limits_exceeded, quota);
    output_.on_passed(Direction::incoming, call, verdict);
    count_holdings(call);
    pass_call(call, pending_kind(call));
}

void Gate::count_holdings(const Message& call) {
    const std::string_view thing = call.first_argument.value_or("");
    if (to_driver(call, "AddMatch")) match_rules_.add(thing);
    if (to_driver(call, "RemoveMatch")) match_rules_.remove(thing);
    if (to_driver(call, "RequestName") && !names_asked_.has(thing)) names_asked_.add(thing);
    if (to_driver(call, "ReleaseName")) names_asked_.remove(thing);
}

const char* Gate::over_quota(const Message& call) const {
    if (call.expects_reply() && to_bus_.full()) return "Too many calls of this guest wait for their answers.";
    if (to_driver(call, "AddMatch")) {
        if (match_rules_.size() >= quota_.match_rules) return "This guest has too many match rules.";
        if (call.first_argument.value_or("").size() > quota_.match_rule_bytes) return "The match rule is too long.";
    }
    if (pending_kind(call) != PendingCall::Kind::plain && call.first_argument.value_or("").size() > longest_kept)
        return "This is too long to be a name.";
    if (to_driver(call, "RequestName") && names_asked_.size() >= quota_.names &&
        !names_asked_.has(call.first_argument.value_or("")))
        return "This guest owns too many names.";
    return nullptr;
}

void Gate::pass_call(const Message& call, PendingCall::Kind kind) {
    if (call.expects_reply()) {
        PendingCall pending{.serial = call.serial, .peer = std::string{call.destination.value_or("")}, .kind = kind};
        pending.owner = is_unique(pending.peer) ? pending.peer : std::string{names_.owner(pending.peer)};
        if (kind != PendingCall::Kind::plain) pending.argument = call.first_argument.value_or("");
        to_bus_.add(std::move(pending));
    }
    send_clean(call, output_);
}

void Gate::answer_to_bus(const Message& message) {
    const auto waiting = to_peer_.take(message.reply_serial.value_or(0),
                                       [&](const PendingCall& call) { return message.destination == call.peer; });
    if (!waiting) {
        const Verdict unasked{.reason = "nobody waits for this answer"};
        return deny(Direction::incoming, message, unasked);
    }
    Names own;
    const Verdict verdict =
        judge(Direction::incoming, message, names_of(message.destination, own), names_.of(unique_name_));
    if (!verdict.allow) {
        deny(Direction::incoming, message, verdict);
        return error_to_bus(waiting->serial, waiting->peer, "The firewall does not let this guest's answer pass.");
    }
    output_.on_passed(Direction::incoming, message, verdict);
    send_clean(message, output_);
}

void Gate::signal_to_bus(const Message& message) {
    if (message.destination && is_unique(*message.destination)) names_.catch_up();
    Names own;
    const Verdict verdict =
        judge(Direction::incoming, message, names_of(message.destination, own), names_.of(unique_name_));
    if (!verdict.allow) return deny(Direction::incoming, message, verdict);
    output_.on_passed(Direction::incoming, message, verdict);
    send_clean(message, output_);
}

// A service may send what cannot cross, such as descriptors. That is no reason to cut its caller; the caller is told.
void Gate::drop_unreadable(const Message& message, Fault why) {
    const Verdict verdict{.reason = why};
    deny(Direction::outgoing, message, verdict);
    if (message.type == 1 && message.expects_reply() && message.sender)
        return error_to_bus(message.serial, *message.sender, "This call cannot reach a guest.");
    if (message.type != 2 && message.type != 3) return;
    const auto call = to_bus_.take(message.reply_serial.value_or(0),
                                   [&](const PendingCall& waiting) { return answers(message, waiting); });
    if (call) error_to_peer(call->serial, access_denied, "The answer holds what cannot reach a guest.");
}

Fault Gate::from_bus(Bytes bytes) {
    const Read read = read_message(bytes, {.message = quota_.message});
    if (read.fault) {
        drop_unreadable(read.message, read.fault);
        return nullptr;
    }
    switch (read.message.type) {
        case 1:
            call_to_peer(read.message);
            break;
        case 2:
        case 3:
            answer_to_peer(read.message);
            break;
        case 4:
            signal_to_peer(read.message);
            break;
        default:
            break;
    }
    return nullptr;
}

// From whom was asked; an error may be the bus's own, about a service that is not there or gone. A bus names the sender
// of everything, but not in JSON.
bool Gate::answers(const Message& answer, const PendingCall& call) const {
    if (!answer.sender) return true;
    const std::string_view sender = answer.sender.value_or("");
    if (sender == call.peer || (!call.owner.empty() && sender == call.owner)) return true;
    if (answer.type == 3 && sender == driver) return true;
    return names_.holds(sender, call.peer);
}

void Gate::answer_to_peer(const Message& message) {
    const auto waits = [&] {
        return to_bus_.take(message.reply_serial.value_or(0),
                            [&](const PendingCall& call) { return answers(message, call); });
    };
    auto call = waits();
    if (!call) {    // from a service that took its name just now, perhaps
        names_.catch_up();
        call = waits();
    }
    if (!call) {
        const Verdict unasked{.reason = "nobody waits for this answer"};
        return deny(Direction::outgoing, message, unasked);
    }
    const bool greeting = call->kind == PendingCall::Kind::hello || call->kind == PendingCall::Kind::own_hello;
    if (greeting) {
        awaits_name_ = false;
        greeted_ = message.type == 2;
        unique_name_ = message.destination.value_or("");
    }
    if (call->kind == PendingCall::Kind::own_hello) return;
    if (call->kind == PendingCall::Kind::add_match && message.type == 3) match_rules_.remove(call->argument);
    if (call->kind == PendingCall::Kind::request_name && message.type == 3) names_asked_.remove(call->argument);
    Names own;
    const Verdict verdict = judge(Direction::outgoing, message, names_.of(unique_name_), names_of(message.sender, own));
    if (!verdict.allow && !verdict.by_default && !greeting) {
        deny(Direction::outgoing, message, verdict);
        return error_to_peer(call->serial, access_denied, "The firewall does not let the answer pass.");
    }
    output_.on_passed(Direction::outgoing, message, verdict);
    if (options_.hide_owners && call->kind == PendingCall::Kind::get_name_owner && message.type == 2) {
        const std::array name{Argument{.text = call->argument}};
        const auto hidden = made({.type = 2,
                                  .flags = message.flags,
                                  .serial = message.serial,
                                  .destination = unique_name_,
                                  .sender = driver,
                                  .reply_serial = call->serial},
                                 name);
        return output_.to_peer(read_message(hidden).message);
    }
    output_.to_peer(message);
}

void Gate::call_to_peer(const Message& message) {
    Names own;
    names_.catch_up();
    const Verdict verdict = judge(Direction::outgoing, message, names_.of(unique_name_), names_of(message.sender, own));
    if (!verdict.allow) {
        deny(Direction::outgoing, message, verdict);
        if (message.expects_reply() && message.sender)
            error_to_bus(message.serial, *message.sender, "The firewall does not let this call reach the guest.");
        return;
    }
    if (message.expects_reply()) {
        if (to_peer_.full()) to_peer_.forget_oldest();    // nobody waits for it by now
        to_peer_.add({.serial = message.serial, .peer = std::string{message.sender.value_or("")}});
    }
    output_.on_passed(Direction::outgoing, message, verdict);
    output_.to_peer(message);
}

void Gate::signal_to_peer(const Message& message) {
    Names own;
    if (message.sender && is_unique(*message.sender)) names_.catch_up();
    const Verdict verdict = judge(Direction::outgoing, message, names_.of(unique_name_), names_of(message.sender, own));
    if (!verdict.allow) return deny(Direction::outgoing, message, verdict);
    output_.on_passed(Direction::outgoing, message, verdict);
    output_.to_peer(message);
}

void Gate::refuse(const Message& call, std::string_view error, const std::string& text) {
    if (call.expects_reply()) error_to_peer(call.serial, error, text);
}

void Gate::error_to_peer(std::uint32_t call, std::string_view error, std::string_view text) {
    const std::array argument{Argument{.text = text}};
    const auto answer = made({.type = 3,
                              .flags = no_reply_expected,
                              .serial = ++serial_,
                              .error_name = error,
                              .destination = unique_name_,
                              .sender = driver,
                              .reply_serial = call},
                             argument);
    output_.to_peer(read_message(answer).message);
}

void Gate::error_to_bus(std::uint32_t call, std::string_view caller, std::string_view text) {
    const std::array argument{Argument{.text = text}};
    output_.to_bus(made({.type = 3,
                         .flags = no_reply_expected,
                         .serial = ++serial_,
                         .error_name = access_denied,
                         .destination = caller,
                         .reply_serial = call},
                        argument));
}

void Gate::deny(Direction direction, const Message& message, const Verdict& verdict) {
    output_.on_denied({direction, message, verdict, &facts_});
}

bool Gate::would_pass(std::string_view destination, std::string_view interface, std::string_view member) {
    const Message call{.type = 1, .interface = interface, .member = member, .destination = destination};
    Names own;
    return judge(Direction::incoming, call, names_of(destination, own), names_.of(unique_name_)).allow;
}

void Gate::bus_lost() {
    for (const PendingCall& call : to_bus_.all())
        error_to_peer(call.serial, disconnected, "The host's message bus is gone.");
}

}    // namespace xm::rpcproxy
