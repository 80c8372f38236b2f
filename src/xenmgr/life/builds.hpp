#pragma once
// Several VMs that start at once run sooner if their domains are built one after another, and if those that are built
// wait with running until the others are, too: guests that boot take the processors that building needs. Nobody waits
// for long: who has waited for the patience goes on, and a build that takes longer than that is not waited for, so one
// that hangs costs the others next to nothing.

#include "connect/wake_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <utility>

namespace xm::xenmgr {

class Builds {
public:
    explicit Builds(std::chrono::milliseconds patience) : patience_{patience} {}
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

    // Lasts as long as the result lives; that may be the only one at the time, or not.
    boost::asio::awaitable<Turn> take();

    boost::asio::awaitable<void> all_done();

private:
    using Clock = std::chrono::steady_clock;

    bool building() const { return Clock::now() < until_; }
    void ended(std::uint64_t number);

    std::chrono::milliseconds patience_;
    Clock::time_point until_{};    // the latest build counts until then
    std::uint64_t number_ = 0;     // of the latest build
    int waiting_ = 0;              // for a turn
    connect::WakeList changed_;
};

}    // namespace xm::xenmgr
