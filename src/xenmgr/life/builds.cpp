#include "xenmgr/life/builds.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

class Counted {
public:
    explicit Counted(int& count) : count_{count} { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

private:
    int& count_;
};

}    // namespace

boost::asio::awaitable<Builds::Turn> Builds::take() {
    const auto end = Clock::now() + patience_;
    {
        const Counted waiting{waiting_};
        while (building() && Clock::now() < end)
            co_await changed_.wait(std::min(end, until_));
    }
    until_ = Clock::now() + patience_;
    co_return Turn{*this, ++number_};
}

boost::asio::awaitable<void> Builds::all_done() {
    const auto end = Clock::now() + patience_;
    while ((building() || waiting_ > 0) && Clock::now() < end)
        co_await changed_.wait(end);
}

void Builds::ended(std::uint64_t number) {
    if (number == number_) until_ = {};
    changed_.wake();
}

}    // namespace xm::xenmgr
