// The firewall against xdg-dbus-proxy on one bus, in rounds that take turns so that a busy moment hits both; then
// against itself: many rules, many conversations, a guest that floods. bench-rules has the cost of a decision.

#include "figures.hpp"
#include "libdbus_caller.hpp"
#include "proxy_stand.hpp"
#include "raw_peer.hpp"

#include <algorithm>
#include <thread>

#include <sched.h>
#include <sys/resource.h>

namespace xm::bench {

namespace {

using std::chrono::milliseconds;

struct Rounds {
    int rounds;
    int calls;                    // of a libdbus client in a round
    milliseconds window;          // of pipelined calls
    milliseconds crowd_window;    // of 500 conversations
    milliseconds quiet_window;    // of a guest beside a flood, and without it
};
constexpr Rounds long_rounds{21, 1000, milliseconds{500}, milliseconds{10'000}, milliseconds{1500}};
constexpr Rounds short_rounds{5, 200, milliseconds{150}, milliseconds{2000}, milliseconds{300}};

constexpr std::size_t depth = 64;
constexpr std::size_t crowd_size = 500;
constexpr std::size_t loud_crowd = 50;

// Medians of single calls in microseconds; `share`: of the time that theirs adds.
struct Latency {
    double direct, ours, theirs, share;
};

// Calls take turns one by one.
Latency latency(ProxyStand& stand, const Rounds& rounds) {
    const Door our_door = stand.ours({}), their_door = stand.theirs();
    LibdbusCaller direct{stand.direct().address(), allowed};
    LibdbusCaller ours{our_door.address(), allowed};
    LibdbusCaller theirs{their_door.address(), allowed};
    Samples all_direct, all_ours, all_theirs, share;
    for (int i = 0; i < rounds.rounds; ++i) {
        Samples one, two, three;
        for (int call = 0; call < rounds.calls; ++call) {
            one.push_back(direct.call());
            two.push_back(ours.call());
            three.push_back(theirs.call());
        }
        all_direct.push_back(median(std::move(one)));
        all_ours.push_back(median(std::move(two)));
        all_theirs.push_back(median(std::move(three)));
        share.push_back((all_ours.back() - all_direct.back()) / (all_theirs.back() - all_direct.back()));
    }
    return {median(all_direct), median(all_ours), median(all_theirs), median(share)};
}

// Calls a second.
double throughput(RawPeer& peer, milliseconds window) {
    Crowd crowd{{{.peer = &peer, .depth = depth}}};
    const double seconds = crowd.run(window);
    return static_cast<double>(crowd.members.front().answered) / seconds;
}

struct Compared {
    double one;
    double other;
    double ratio;    // one / other
};
Compared compare(const Door& one, const Door& other, const Rounds& rounds) {
    RawPeer first{one.socket, call_of(allowed)}, second{other.socket, call_of(allowed)};
    Samples ones, others, ratios;
    for (int i = 0; i < rounds.rounds; ++i) {
        ones.push_back(throughput(first, rounds.window));
        others.push_back(throughput(second, rounds.window));
        ratios.push_back(ones.back() / others.back());
    }
    return {median(ones), median(others), median(ratios)};
}

// All on one processor: what is compared is work. Where there are more, the figures say rather where the scheduler put
// whom, and how soon it woke an idle processor.
void use_one_processor() {
    cpu_set_t ours, last;
    CPU_ZERO(&last);
    sched_getaffinity(0, sizeof ours, &ours);
    for (std::size_t i = CPU_SETSIZE; i-- > 0 && CPU_COUNT(&last) == 0;)
        if (CPU_ISSET(i, &ours)) CPU_SET(i, &last);
    sched_setaffinity(0, sizeof last, &last);
}

void on_any_processor(ProxyStand& stand, const Rounds& rounds, Report& report) {
    const Latency calls = latency(stand, rounds);
    report.note("any processor: call without proxy", calls.direct, "us");
    report.note("any processor: call through xdg-dbus-proxy", calls.theirs, "us");
    report.note("any processor: call through rpc-proxy", calls.ours, "us");
    report.note("any processor: added latency, share of xdg-dbus-proxy's", calls.share, "x");
    const Compared pipelined = compare(stand.ours({}), stand.theirs(), rounds);
    report.note("any processor: 64 calls at once, xdg-dbus-proxy", pipelined.other, "/s");
    report.note("any processor: 64 calls at once, rpc-proxy", pipelined.one, "/s");
}

void single_calls(ProxyStand& stand, const Rounds& rounds, Report& report) {
    const Latency calls = latency(stand, rounds);
    report.note("call without proxy", calls.direct, "us");
    report.note("call through xdg-dbus-proxy", calls.theirs, "us");
    report.note("call through rpc-proxy", calls.ours, "us");
    report.at_most("added latency, share of xdg-dbus-proxy's", calls.share, 0.5, "x");
}

void pipelined_calls(ProxyStand& stand, const Rounds& rounds, Report& report) {
    const Compared result = compare(stand.ours({}), stand.theirs(), rounds);
    report.note("64 calls at once, without proxy", compare(stand.direct(), stand.direct(), rounds).one, "/s");
    report.note("64 calls at once, xdg-dbus-proxy", result.other, "/s");
    report.note("64 calls at once, rpc-proxy", result.one, "/s");
    report.at_least("throughput against xdg-dbus-proxy", result.ratio, 1.3, "x");
}

void many_rules(ProxyStand& stand, const Rounds& rounds, Report& report) {
    const Compared result = compare(stand.ours({.rules = 10'000}), stand.ours({}), rounds);
    report.note("64 calls at once, 10,000 rules", result.one, "/s");
    report.at_least("throughput with 10,000 rules against 10", result.ratio, 0.9, "x");
}

// Idle memory first, then everybody calls one call after the other.
void many_conversations(ProxyStand& stand, const Rounds& rounds, Report& report) {
    const Door door = stand.ours({});
    std::list<RawPeer> peers;
    peers.emplace_back(door.socket, call_of(allowed));    // what the first one costs is the process's
    const double before = pss_kib(door.pid);
    for (std::size_t i = 1; i < crowd_size; ++i)
        peers.emplace_back(door.socket, call_of(allowed));
    report.at_most("memory of an idle conversation", (pss_kib(door.pid) - before) / (crowd_size - 1), 32, "KiB");

    std::vector<Crowd::Member> members;
    for (RawPeer& peer : peers)
        members.push_back({.peer = &peer, .depth = 1});
    Crowd crowd{std::move(members)};
    const double seconds = crowd.run(rounds.crowd_window);
    Samples share, took;    // time between two answers to the same peer; what a call took
    double calls = 0;
    for (const auto& member : crowd.members) {
        calls += static_cast<double>(member.answered);
        share.push_back(seconds * 1000 / std::max(0.5, static_cast<double>(member.answered)));
        took.insert(took.end(), member.took.begin(), member.took.end());
    }
    report.note("500 busy conversations, all together", calls / seconds, "/s");
    report.note("500 busy conversations, a call of each (p50)", median(share), "ms");
    report.at_most("500 busy conversations, fair share, p99 against p50", percentile(share, 0.99) / median(share), 3,
                   "x");
    report.at_most("500 busy conversations, latency, p99 against p50", percentile(took, 0.99) / median(took), 3, "x");
    report.note("memory of a conversation that was busy", (pss_kib(door.pid) - before) / (crowd_size - 1), "KiB");
}

// A guest that calls now and then: p99 in microseconds.
double quiet_guest(RawPeer& peer, milliseconds window) {
    constexpr auto pause = std::chrono::microseconds{1300};    // stays within the limit of calls a second
    Samples took;
    for (const auto end = Clock::now() + window; Clock::now() < end;) {
        const auto next = Clock::now() + pause;
        peer.send(1);
        while (peer.waiting() > 0) {
            peer.receive();
            peer.take(took);
        }
        std::this_thread::sleep_until(next);
    }
    return percentile(std::move(took), 0.99);
}

using Loud = std::list<RawPeer>;

double beside_flood(RawPeer& quiet, Loud& loud, milliseconds window) {
    constexpr milliseconds lead{100};    // the first burst is over then
    std::vector<Crowd::Member> members;
    for (RawPeer& peer : loud)
        members.push_back({.peer = &peer, .depth = depth});
    Crowd crowd{std::move(members)};
    std::thread flood{[&] { crowd.run(lead + window + lead); }};
    quiet_guest(quiet, lead);
    const double p99 = quiet_guest(quiet, window);
    flood.join();
    return p99;
}

struct Flood {
    double before, beside, ratio;    // p99 in microseconds, of a quiet guest
};
Flood flood(RawPeer& quiet, Loud& loud, const Rounds& rounds) {
    Samples before, beside, ratio;
    for (int i = 0; i < rounds.rounds; ++i) {
        before.push_back(quiet_guest(quiet, rounds.quiet_window));
        beside.push_back(beside_flood(quiet, loud, rounds.quiet_window));
        ratio.push_back(beside.back() / before.back());
    }
    return {median(before), median(beside), median(ratio)};
}

void floods(ProxyStand& stand, const Rounds& rounds, Report& report) {
    const Door door = stand.ours({.limited = true}), other = stand.ours({.limited = true});
    RawPeer quiet{door.socket, call_of(allowed)};
    for (const Method& method : {allowed, refused}) {
        Loud loud;
        loud.emplace_back(door.socket, call_of(method));
        const Flood result = flood(quiet, loud, rounds);
        const std::string name = "a flood of calls to " + method.member;
        report.note("quiet guest, p99", result.before, "us");
        report.note("quiet guest, p99, beside " + name, result.beside, "us");
        report.at_most("the latter against the former", result.ratio, 1.5, "x");
    }
    Loud loud;    // through another process, which knows nothing of the quiet guest
    loud.emplace_back(other.socket, call_of(allowed));
    report.at_most("the same, the flood through another process", flood(quiet, loud, rounds).ratio, 1.5, "x");
    while (loud.size() < loud_crowd)
        loud.emplace_back(other.socket, call_of(allowed));
    report.at_most("the same, in 50 conversations", flood(quiet, loud, rounds).ratio, 1.5, "x");
}

int run(const Options& options) {
    const auto& rounds = options.quick ? short_rounds : long_rounds;
    Report report{"bench-proxy: the firewall between a guest and the bus"};
    setpriority(PRIO_PROCESS, 0, -15);    // if permitted: before what else a busy machine does; all below inherit it
    {
        ProxyStand stand{options.programs};
        on_any_processor(stand, rounds, report);
    }
    use_one_processor();
    ProxyStand stand{options.programs};
    single_calls(stand, rounds, report);
    pipelined_calls(stand, rounds, report);
    many_rules(stand, rounds, report);
    many_conversations(stand, rounds, report);
    floods(stand, rounds, report);
    return report.exit_status(options);
}

}    // namespace

}    // namespace xm::bench

int main(int argc, char** argv) { return xm::bench::guarded_main(argc, argv, xm::bench::run); }
