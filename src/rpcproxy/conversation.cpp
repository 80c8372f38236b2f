#include "rpcproxy/conversation.hpp"

#include "base/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr std::size_t many_answers = 16;
constexpr std::size_t json_turn = 4 << 10;        // bytes of short messages
constexpr std::size_t kept_capacity = 4 << 10;    // of a buffer that is empty

std::string name_of(const Facts& facts) {
    std::string name = facts.domid ? fmt::format("domid={}", *facts.domid) : "domid=unknown";
    if (facts.uuid) name += fmt::format(" uuid={}", facts.uuid->text());
    if (facts.stubdom.value_or(true)) name += facts.stubdom ? " stubdom" : " stubdom=unknown";
    return name;
}

Bytes bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }

void give_back(std::vector<std::byte>& buffer) {
    buffer.clear();
    if (buffer.capacity() > kept_capacity) buffer = {};
}

}    // namespace

Conversation::Conversation(Common& common, std::unique_ptr<Link> peer, std::function<void()> on_end)
    : common_{common},
      gate_{common.gate, common.quota, common.names, *this},
      on_end_{std::move(on_end)},
      rate_{common.quota.calls_per_second, Clock::now()},
      began_{Clock::now()},
      timer_{common.executor},
      pause_{common.executor} {
    peer_.link = std::move(peer);
}

Conversation::~Conversation() = default;

void Conversation::start(const Facts& facts, std::shared_ptr<const Guest> guest, Connector& connector) {
    if (ended_) return;
    facts_ = facts;
    who_ = name_of(facts);
    domain_ = common_.domains.of(facts.domid, common_.quota);
    gate_.set_guest(facts, std::move(guest));
    if (!common_.gate.request_name.empty() && facts.uuid) {
        std::string name = common_.gate.request_name;
        if (const auto at = name.find("$UUID"); at != std::string::npos) name.replace(at, 5, facts.uuid->path_form());
        gate_.set_requested_name(std::move(name));
    }
    connector_ = &connector;
    if (common_.json_in) peer_.json.emplace(common_.json);
    if (common_.json_out) bus_.json.emplace(common_.bus_json);
    if (common_.sasl_in)
        sasl_.emplace(common_.guid, common_.tell_uuid && facts.uuid ? std::optional{facts.uuid->text()} : std::nullopt);
    bus_ready_ = !common_.sasl_out;
    if (!common_.sasl_out) open_bus();
    watch_time();
    listen(peer_);
}

void Conversation::open_bus() {
    bus_.link = connector_->connect();
    if (!bus_.link) return end("the bus does not answer");
    began_ = Clock::now();
    if (common_.sasl_out)
        send(bus_, bytes_of(sasl_hello(common_.domid_to_bus ? facts_.domid : std::nullopt, ::geteuid())));
    listen(bus_);
}

void Conversation::end(std::string_view why) {
    if (std::exchange(ended_, true)) return;
    if (who_.empty()) who_ = name_of(facts_);    // it has not begun
    if (log_of_guest().has_room(Clock::now()))
        log::info("ends {} passed={} denied={}: {}", who_, counts_.passed, counts_.denied, why);
    peer_.link->close();
    if (bus_.link) bus_.link->close();
    timer_.cancel();
    pause_.cancel();
    weigh();
    on_end_();
}

void Conversation::end_if(const std::exception_ptr& failure) try {
    if (failure) std::rethrow_exception(failure);
} catch (const std::exception& error) {
    end(error.what());
}

void Conversation::end_with_bus(std::string_view why) {
    if (ended_) return;
    gate_.bus_lost();
    if (peer_.json) send(peer_, bytes_of(peer_.json->farewell()));
    flush(peer_);
    end(why);
}

// Reading stops while either side has too much to take, while a JSON request waits for its types, and while the
// connection has no name.
bool Conversation::blocked(const Side& side) const {
    const Side& to = &side == &peer_ ? bus_ : peer_;
    return side.resolving || (&side == &peer_ && (pausing_ || gate_.awaits_name())) ||
           std::max(to.unsent(), side.unsent()) >= common_.quota.queued;
}

void Conversation::listen(Side& side) {
    if (ended_ || !side.link || side.reading || blocked(side)) return;
    side.reading = true;
    side.link->when_readable([weak = weak_from_this(), &side] {
        const auto self = weak.lock();
        if (!self || self->ended_) return;
        side.reading = false;
        self->guarded([&] { self->read(side); });
    });
}

// While many answers are due to this peer and nobody else talks, the bus goes first: what it sends meanwhile is passed
// on together, which spares everybody a wake-up a message.
bool Conversation::gathers() const {
    return gate_.waiting() >= many_answers && !common_.talk.others_than(this, Clock::now());
}

void Conversation::read(Side& side) {
    if (&side == &bus_ && gathers()) std::this_thread::yield();
    // What is read as JSON is used all at once.
    const std::span room{common_.scratch.data(), side.json && side.in.empty() ? json_turn : common_.scratch.size()};
    const Link::Got got = side.link->read(room);
    if (got.state == Link::State::descriptors) return end("the peer sent file descriptors");
    if (got.state == Link::State::closed)
        return &side == &peer_ ? end("the peer has left") : end_with_bus("the bus has closed the connection");
    const bool nameless = gate_.awaits_name();
    take(side, Bytes{room}.first(got.bytes));
    if (nameless && !gate_.awaits_name()) return go_on_both();
    flush_both();
    watch_time();
    listen(side);
}

// What is complete is used where it lies; only the begin of an unfinished message is kept.
void Conversation::take(Side& side, Bytes fresh) {
    side.moved = Clock::now();
    if (!side.in.empty()) {
        side.in.insert(side.in.end(), fresh.begin(), fresh.end());
        fresh = side.in;
    }
    const std::size_t used = take_all(side, fresh);
    if (ended_) return;
    const Bytes rest = fresh.subspan(used);
    if (rest.empty()) return give_back(side.in);
    if (side.in.empty())
        side.in.assign(rest.begin(), rest.end());
    else
        side.in.erase(side.in.begin(), side.in.begin() + static_cast<std::ptrdiff_t>(used));
}

std::size_t Conversation::take_all(Side& side, Bytes bytes) {
    std::size_t used = 0;
    if (&side == &peer_ && sasl_) used = take_handshake(bytes);
    if (&side == &bus_ && !bus_ready_) used = take_answer(bytes);
    const bool ready = &side == &peer_ ? !sasl_ : bus_ready_;
    if (ended_ || !ready) return used;
    const Bytes rest = bytes.subspan(used);
    return used + (side.json ? take_json(side, rest) : take_messages(side, rest));
}

std::size_t Conversation::take_handshake(Bytes bytes) {
    const SaslServer::Step step = sasl_->take(bytes);
    send(peer_, bytes_of(step.answer));
    if (step.fault) {
        flush(peer_);
        end(step.fault);
    }
    if (step.done) sasl_.reset();
    return step.used;
}

std::size_t Conversation::take_answer(Bytes bytes) {
    const SaslAnswer answer = sasl_answer(bytes);
    if (answer.fault) end_with_bus(answer.fault);
    bus_ready_ = answer.used > 0;
    return answer.used;
}

std::size_t Conversation::take_messages(Side& side, Bytes bytes) {
    std::size_t used = 0;
    while (!ended_ && !(&side == &peer_ && (gate_.awaits_name() || throttled()))) {
        const Bytes rest = bytes.subspan(used);
        const Frame frame = frame_of(rest, {.message = common_.quota.message});
        if (frame.fault) {
            end(frame.fault);
            break;
        }
        if (frame.size == 0 || frame.size > rest.size()) break;
        through_gate(side, rest.first(frame.size));
        used += frame.size;
    }
    return used;
}

// What is refused counts as well: it costs the same.
void Conversation::through_gate(Side& side, Bytes message) {
    if (&side == &peer_) {
        rate_.spend(side.moved);
        if (!std::exchange(reserved_, false)) domain_->rate.spend(side.moved);
    }
    const Fault fault = &side == &peer_ ? gate_.from_peer(message) : gate_.from_bus(message);
    if (fault) end(fault);
}

std::size_t Conversation::take_json(Side& side, Bytes bytes) {
    std::size_t used = 0;
    while (used < bytes.size() && !ended_ && !side.resolving && !(&side == &peer_ && throttled())) {
        JsonPeer::Step step = side.json->take(bytes.subspan(used));
        used += step.used;
        use(side, std::move(step));
    }
    return used;
}

void Conversation::use(Side& side, JsonPeer::Step step) {
    send(side, bytes_of(step.answer));
    for (const JsonPeer::Note& note : step.skipped)
        if (log_of_guest().has_room(side.moved)) log::info("skipped {} frames={}: {}", who_, note.count, note.why);
    for (const auto& message : step.messages)
        if (!ended_) through_gate(side, message);
    if (ended_) return;
    if (step.close) {
        flush(side);
        return end(step.fault ? step.fault : "the peer closed its websocket");
    }
    if (step.fault) return end(step.fault);
    if (step.pending) resolve(side, *step.pending);
}

// A service is only asked about a call that may be made.
void Conversation::resolve(Side& side, const JsonPeer::Pending& pending) {
    if (!gate_.would_pass(pending.destination, pending.interface, pending.member))
        return use(side, side.json->resolve(pending, std::nullopt));
    side.resolving = true;
    common_.types.ask(pending, [weak = weak_from_this(), &side, pending](std::optional<std::string> signature) {
        const auto self = weak.lock();
        if (!self || self->ended_) return;
        side.resolving = false;
        self->guarded([&] {
            self->use(side, side.json->resolve(pending,
                                               signature ? std::optional<std::string_view>{*signature} : std::nullopt));
            self->go_on(side);
        });
    });
}

// With what lies here already.
void Conversation::go_on(Side& side) {
    if (!ended_ && !side.in.empty()) take(side, {});
    flush_both();
    watch_time();
    listen(side);
}

void Conversation::go_on_both() {
    go_on(peer_);
    listen(bus_);
}

void Conversation::send(Side& side, Bytes bytes) {
    if (side.out.empty()) side.taken = Clock::now();
    side.out.insert(side.out.end(), bytes.begin(), bytes.end());
}

void Conversation::send(Side& side, const Message& message) {
    if (!side.json) return send(side, message.bytes);
    const JsonPeer::Framed framed = side.json->frame(message);
    if (framed.fault && log_of_guest().has_room(Clock::now())) log::info("skipped {}: {}", who_, framed.fault);
    send(side, bytes_of(framed.bytes));
}

void Conversation::to_bus(Bytes message) {
    if (!bus_.link) open_bus();
    if (ended_) return;
    if (!bus_.json) return send(bus_, message);
    if (const Read read = read_message(message); !read.fault) send(bus_, read.message);
}

void Conversation::flush_both() {
    flush(peer_);
    flush(bus_);
    weigh();
}

// A guest with many conversations does not fill the host's memory by having a little less than too much in each.
void Conversation::weigh() {
    const std::size_t now = ended_ ? 0 : peer_.held() + bus_.held();
    if (now == held_) return;
    domain_->held += now - held_;
    held_ = now;
    if (domain_->held > common_.quota.held) end("too much waits here for its domain");
}

void Conversation::flush(Side& side) {
    if (ended_ || !side.link || side.writing) return;
    while (side.sent < side.out.size()) {
        const Link::Got got = side.link->write(Bytes{side.out}.subspan(side.sent));
        if (got.state != Link::State::open) return end(&side == &peer_ ? "the peer has left" : "the bus has left");
        if (got.bytes == 0) break;
        side.sent += got.bytes;
        side.taken = Clock::now();
    }
    if (side.unsent() == 0) {
        side.sent = 0;
        return give_back(side.out);
    }
    if (side.sent > side.unsent()) {    // what is sent does not pile up, even if there is always more
        side.out.erase(side.out.begin(), side.out.begin() + static_cast<std::ptrdiff_t>(side.sent));
        side.sent = 0;
    }
    side.writing = true;
    side.link->when_writable([weak = weak_from_this(), &side] {
        const auto self = weak.lock();
        if (!self || self->ended_) return;
        side.writing = false;
        self->guarded([&] {
            self->flush(side);
            self->weigh();
            self->listen(self->other(side));
            self->listen(side);
        });
    });
}

void Conversation::count(const Verdict& verdict) {
    if (const auto& rules = gate_.guest()->rules) rules->count(verdict);
}

void Conversation::on_denied(const Denial& denial) {
    ++counts_.denied;
    count(denial.verdict);
    log_of_guest().write(denial, who_, Clock::now());
}

void Conversation::on_passed(Direction direction, const Message& message, const Verdict& verdict) {
    ++counts_.passed;
    count(verdict);
    if (verdict.loosely)
        log::info("ALLOW {} {} only by --compat-interface-match", who_, line_of({direction, message, verdict}));
    else if (common_.verbose)
        log::info("ALLOW {} {}", who_, line_of({direction, message, verdict}));
}

}    // namespace xm::rpcproxy
