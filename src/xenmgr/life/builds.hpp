#pragma once
// Several VMs that start at once run sooner if their domains are built one after another, and if those that are built
// wait with running until the others are, too: guests that boot take the processors that building needs. Nobody waits
// for long: a build that takes twice as long as the one before is not waited for any longer, so one that hangs costs
// the others next to nothing, and who has waited for the patience goes on in any case.

#include "connect/wake_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <list>
#include <utility>

namespace xm::xenmgr {

class Builds {
public:
    using Milliseconds = std::chrono::milliseconds;

    // usual: what a build takes, until one has ended.
    explicit Builds(Milliseconds patience, Milliseconds usual = Milliseconds{50})
        : patience_{patience}, usual_{usual} {}
    Builds(const Builds&) = delete;
    Builds& operator=(const Builds&) = delete;

    class Turn {
    public:
        Turn(Builds& builds, std::uint64_t number) : builds_{&builds}, number_{number} {}
        Turn(Turn&& other) noexcept : builds_{std::exchange(other.builds_, nullptr)}, number_{other.number_} {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (builds_ != nullptr) builds_->ended(number_);
        }

    private:
        Builds* builds_;
        std::uint64_t number_;
    };

    // First come, first served. Lasts as long as the result lives; it need not be the only one at the time.
    boost::asio::awaitable<Turn> take();

    boost::asio::awaitable<void> all_done();

private:
    using Clock = std::chrono::steady_clock;

    class Place;    // in the queue

    bool building() const { return Clock::now() < until_; }
    void begin();
    void ended(std::uint64_t number);

    Milliseconds patience_;
    Clock::duration usual_;
    Clock::time_point began_{}, until_{};    // the latest build counts until then
    std::uint64_t number_ = 0;               // of the latest build
    std::list<int> queue_;                   // who waits for a turn
    connect::WakeList changed_;
};

}    // namespace xm::xenmgr
