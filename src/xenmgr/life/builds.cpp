#include "xenmgr/life/builds.hpp"

#include <algorithm>

namespace xm::xenmgr {

class Builds::Place {
public:
    explicit Place(Builds& builds) : builds_{builds.self_}, at_{builds.queue_.insert(builds.queue_.end(), 0)} {}
    ~Place() {
        const auto builds = builds_.lock();
        if (!builds) return;
        (*builds)->queue_.erase(at_);
        (*builds)->changed_.wake();
    }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    bool is_first_of(const Builds& builds) const { return at_ == builds.queue_.begin(); }

private:
    std::weak_ptr<Builds*> builds_;
    std::list<int>::iterator at_;
};

boost::asio::awaitable<Builds::Turn> Builds::take() {
    const auto end = Clock::now() + patience_;
    {
        const Place place{*this};
        while ((building() || !place.is_first_of(*this)) && Clock::now() < end)
            co_await changed_.wait(building() ? std::min(end, until_) : end);
        begin();
    }
    co_return Turn{self_, number_};
}

void Builds::begin() {
    const bool latest_hangs = until_ != Clock::time_point{};
    allowed_ = latest_hangs ? allowed_ / 2 : 2 * usual_;
    ++number_;
    began_ = Clock::now();
    until_ = began_ + std::min<Clock::duration>(allowed_, patience_);
}

boost::asio::awaitable<void> Builds::all_done() {
    const auto end = Clock::now() + patience_;
    while ((building() || !queue_.empty()) && Clock::now() < end)
        co_await changed_.wait(building() ? std::min(end, until_) : end);
}

// Of one that is not the latest it is not known how much of its time the others took. One that hung and was ended says
// little of what is usual, so that grows step by step.
void Builds::ended(std::uint64_t number) {
    if (number == number_) {
        usual_ = std::min(Clock::now() - began_, 2 * usual_);
        until_ = {};
    }
    changed_.wake();
}

}    // namespace xm::xenmgr
