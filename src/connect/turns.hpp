#pragma once
// Taking turns: coroutines that read, decide, store and apply must not interleave. A turn is held like a lock, but
// waiting for it suspends only the coroutine that waits. First come, first served; a waiter may be cancelled.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <utility>

namespace xm::connect {

class Turns {
    struct Line;

public:
    explicit Turns(boost::asio::any_io_executor executor);
    Turns(const Turns&) = delete;
    Turns& operator=(const Turns&) = delete;

    // May outlive the turns: a loop that ends takes the coroutines with it that still hold one.
    class Turn {
    public:
        explicit Turn(std::shared_ptr<Line> line) : line_{std::move(line)} {}
        Turn(Turn&&) noexcept = default;    // leaves one behind that is nobody's
        Turn& operator=(Turn&&) = delete;
        ~Turn();

    private:
        std::shared_ptr<Line> line_;
    };

    // Suspends until it is this caller's turn, which lasts as long as the result lives.
    boost::asio::awaitable<Turn> take();

    bool idle() const;

private:
    boost::asio::any_io_executor executor_;
    std::shared_ptr<Line> line_;
};

}    // namespace xm::connect
