#pragma once
// Taking turns: coroutines that read, decide, store and apply must not interleave. A turn is held like a lock, but
// waiting for it suspends only the coroutine that waits. First come, first served; a waiter may be cancelled.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <list>
#include <memory>
#include <utility>

namespace xm::connect {

class Turns {
public:
    explicit Turns(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    class Turn {
    public:
        explicit Turn(Turns& turns) : turns_{&turns} {}
        Turn(Turn&& other) noexcept : turns_{std::exchange(other.turns_, nullptr)} {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (turns_ != nullptr) turns_->pass_on();
        }

    private:
        Turns* turns_;
    };

    // Suspends until it is this caller's turn, which lasts as long as the result lives.
    boost::asio::awaitable<Turn> take();

    bool idle() const { return !taken_; }

private:
    void pass_on();

    boost::asio::any_io_executor executor_;
    bool taken_ = false;
    std::list<std::shared_ptr<boost::asio::steady_timer>> waiting_;    // a timer that never expires is the bell
};

}    // namespace xm::connect
