#pragma once
// A connection to a bus, or to a proxy before one, with next to no cost of its own: bytes made once, answers counted.
// Many of them share a thread.

#include "base/fd.hpp"
#include "bus_client.hpp"
#include "figures.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <vector>

namespace xm::bench {

using Bytes = std::vector<std::byte>;

Bytes call_of(const Method& method);    // without arguments; its serial is filled in when it is sent

class RawPeer {
public:
    // Connects, authenticates and says Hello. Throws if nobody answers.
    RawPeer(const std::filesystem::path& socket, Bytes call);

    int fd() const { return socket_.get(); }
    void send(std::size_t calls);
    void receive();    // waits for bytes
    // Of the answers among them; how long each call took, in microseconds, is added to `took`.
    std::size_t take(Samples& took);
    std::size_t waiting() const { return sent_.size(); }

private:
    void greet();
    void write_all(const Bytes& bytes);

    Fd socket_;
    Bytes call_;
    std::uint32_t serial_ = 1;
    Bytes in_;
    std::deque<Clock::time_point> sent_;
};

// Peers that keep so many calls on their way each, served by one thread.
class Crowd {
public:
    struct Member {
        RawPeer* peer;
        std::size_t depth;
        std::size_t answered = 0;
        Samples took{};    // microseconds of each call
    };
    explicit Crowd(std::vector<Member> members);

    // Calls for so long, then waits for what is still on its way. The result is seconds.
    double run(Clock::duration time);

    std::vector<Member> members;

private:
    void turn(bool go_on);
    bool waiting() const;

    Fd epoll_;
};

}    // namespace xm::bench
