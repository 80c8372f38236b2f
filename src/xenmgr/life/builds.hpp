#pragma once
// Several VMs that start at once run sooner if their domains are built one after another, and if those that are built
// wait with running until the others are, too: guests that boot take the processors that building needs. Nobody waits
// for long: a build that takes twice as long as is usual is not waited for any longer, the next one after it only half
// as long, and so on until one ends in time. So all that hang cost the others together what four good ones do, and who
// has waited for the patience goes on in any case.

#include "connect/wake_list.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <utility>

namespace xm::xenmgr {

class Builds {
public:
    using Milliseconds = std::chrono::milliseconds;

    // usual: what a build takes, until one has ended.
    explicit Builds(Milliseconds patience, Milliseconds usual = Milliseconds{250})
        : patience_{patience}, usual_{usual}, allowed_{2 * usual} {}
    Builds(const Builds&) = delete;
    Builds& operator=(const Builds&) = delete;

    // May outlive the builds: at the end of the process the loop goes last, and with it the operations in flight.
    class Turn {
    public:
        Turn(std::weak_ptr<Builds*> builds, std::uint64_t number) : builds_{std::move(builds)}, number_{number} {}
        Turn(Turn&&) noexcept = default;    // leaves one behind that is nobody's
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (const auto builds = builds_.lock()) (*builds)->ended(number_);
        }

    private:
        std::weak_ptr<Builds*> builds_;
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
    Clock::duration usual_, allowed_;        // the latter is what the latest build may take
    Clock::time_point began_{}, until_{};    // the latest build counts until then
    std::uint64_t number_ = 0;               // of the latest build
    std::list<int> queue_;                   // who waits for a turn
    connect::WakeList changed_;
    std::shared_ptr<Builds*> self_ = std::make_shared<Builds*>(this);
};

}    // namespace xm::xenmgr
