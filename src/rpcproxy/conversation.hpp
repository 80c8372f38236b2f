#pragma once
// One peer and its connection to the bus: bytes from one link through the gate to the other. Everything happens in
// turns of one read, so that nobody keeps the loop; memory is only held while something waits.

#include "rpcproxy/channel.hpp"
#include "rpcproxy/denial_log.hpp"
#include "rpcproxy/domain_share.hpp"
#include "rpcproxy/gate.hpp"
#include "rpcproxy/json_peer.hpp"
#include "rpcproxy/link.hpp"
#include "rpcproxy/sasl.hpp"
#include "rpcproxy/talk.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

// Tells the types of a method's arguments, for JSON peers that do not. Answers on a later turn of the loop, nothing if
// the service did not say in time.
class MethodTypes {
public:
    virtual ~MethodTypes() = default;
    using Answer = std::function<void(std::optional<std::string> signature)>;
    virtual void ask(const JsonPeer::Pending& call, Answer answer) = 0;
};

// What all conversations share.
struct Common {
    boost::asio::any_io_executor executor;
    GateOptions gate;
    Quota quota;
    JsonOptions json{};        // with peers
    JsonOptions bus_json{};    // with a bus that speaks JSON, on a stream
    bool json_in = false;
    bool json_out = false;
    bool sasl_in = true;     // the peer authenticates
    bool sasl_out = true;    // and the bus wants us to
    bool tell_uuid = false;
    bool domid_to_bus = false;    // AUTH DOMID, for a bus that knows domains
    bool verbose = false;
    std::string guid;
    BusNames& names;
    MethodTypes& types;
    Talk talk{};
    DenialLogs denials{};
    DomainShares domains{};
    std::vector<std::byte> scratch = std::vector<std::byte>(64 << 10);    // what one read brings
};

class Conversation final : public std::enable_shared_from_this<Conversation>, private GateOutput {
public:
    struct Counts {
        std::uint64_t passed = 0;
        std::uint64_t denied = 0;
    };

    Conversation(Common& common, std::unique_ptr<Link> peer, std::function<void()> on_end);
    ~Conversation() override;

    // With what is known of the peer. The connector, which outlives this, is used once the peer says something: buses
    // count connections that have not said Hello, and take few of them.
    void start(const Facts& facts, std::shared_ptr<const Guest> guest, Connector& connector);
    void set_guest(std::shared_ptr<const Guest> guest) { gate_.set_guest(facts_, std::move(guest)); }
    void end(std::string_view why);
    void end_with_bus(std::string_view why);    // tells who waits, then ends
    void end_if(const std::exception_ptr& failure);

    // Whose it is, before more is known; it counts against the domain's quota from then on.
    void set_domain(std::optional<std::uint32_t> domid) { facts_.domid = domid; }
    const Facts& facts() const { return facts_; }
    const std::string& who() const { return who_; }    // for the log
    const std::string& unique_name() const { return gate_.unique_name(); }
    const Counts& counts() const { return counts_; }
    std::size_t queued() const { return peer_.unsent() + bus_.unsent(); }

private:
    using Clock = std::chrono::steady_clock;

    struct Side {
        std::unique_ptr<Link> link;
        std::vector<std::byte> in;     // the begin of a message that is not complete
        std::vector<std::byte> out;    // what the other did not take yet
        std::size_t sent = 0;          // of `out`
        std::optional<JsonPeer> json;
        bool reading = false;
        bool writing = false;
        bool resolving = false;       // a JSON request waits for the types of its arguments
        Clock::time_point moved{};    // when bytes last came
        Clock::time_point taken{};    // when it last took some of `out`, or had none to take
        std::size_t unsent() const { return out.size() - sent; }
        std::size_t held() const { return in.size() + out.size() + (json ? json->held() : 0); }
    };
    template <class Work>
    void guarded(Work work);
    DenialLog& log_of_guest() { return common_.denials.of(who_); }
    void open_bus();
    void listen(Side& side);
    void read(Side& side);
    void take(Side& side, Bytes fresh);
    std::size_t take_all(Side& side, Bytes bytes);
    std::size_t take_handshake(Bytes bytes);
    std::size_t take_answer(Bytes bytes);
    std::size_t take_messages(Side& side, Bytes bytes);
    std::size_t take_json(Side& side, Bytes bytes);
    void use(Side& side, JsonPeer::Step step);
    void resolve(Side& side, const JsonPeer::Pending& pending);
    void go_on(Side& side);
    void go_on_both();
    void through_gate(Side& side, Bytes message);
    void send(Side& side, Bytes bytes);
    void send(Side& side, const Message& message);
    void flush(Side& side);
    void flush_both();
    void weigh();
    bool blocked(const Side& side) const;
    bool gathers() const;
    Side& other(const Side& side) { return &side == &peer_ ? bus_ : peer_; }

    bool throttled();
    void pause_until(Clock::time_point when);
    bool unfinished(const Side& side) const;    // the begin of something lies here
    void count(const Verdict& verdict);
    bool greeting() const;
    void watch_time();
    void check_time();

    void to_bus(Bytes message) override;
    void to_peer(const Message& message) override { send(peer_, message); }
    void on_denied(const Denial& denial) override;
    void on_passed(Direction direction, const Message& message, const Verdict& verdict) override;

    Common& common_;
    Gate gate_;
    std::function<void()> on_end_;
    Side peer_, bus_;
    std::optional<SaslServer> sasl_;
    Connector* connector_ = nullptr;    // since start()
    bool bus_ready_ = false;
    bool ended_ = false;
    Facts facts_;
    std::string who_;
    Counts counts_;
    std::size_t held_ = 0;    // bytes, as the domain's count knows them
    CallRate rate_;
    std::shared_ptr<DomainShare> domain_;    // since start()
    Clock::time_point began_;
    boost::asio::steady_timer timer_;
    boost::asio::steady_timer pause_;
    bool timing_ = false;
    bool pausing_ = false;
    bool reserved_ = false;    // the next call is paid for with the domain
};

// What one peer brings about does not end the others' conversations.
template <class Work>
void Conversation::guarded(Work work) try {
    work();
} catch (const std::exception&) {
    end_if(std::current_exception());
}

}    // namespace xm::rpcproxy
