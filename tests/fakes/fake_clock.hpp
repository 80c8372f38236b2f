#pragma once
// A clock that stands still until a test moves it.

#include "xenvm/clock.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>

#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace xm::test {

class FakeClock final : public xenvm::Clock {
public:
    explicit FakeClock(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

    std::int64_t now_ms() const override { return now_ms_; }

    void advance(std::chrono::milliseconds by) override {
        now_ms_ += by.count();
        ring_due();
    }

    std::unique_ptr<xenvm::Alarm> set_alarm(std::int64_t due_ms, std::function<void()> ring) override {
        const auto entry = std::make_shared<Entry>(Entry{due_ms, std::move(ring)});
        alarms_.insert({due_ms, entry});
        ring_due();
        return std::make_unique<Held>(entry);
    }

    // When the next alarm is due, if one is set.
    std::optional<std::int64_t> next_due_ms() {
        forget_gone();
        return alarms_.empty() ? std::nullopt : std::optional{alarms_.begin()->first};
    }

private:
    struct Entry {
        std::int64_t due_ms;
        std::function<void()> ring;
    };
    struct Held final : xenvm::Alarm {
        explicit Held(std::shared_ptr<Entry> held) : entry{std::move(held)} {}
        std::shared_ptr<Entry> entry;
    };
    using Alarms = std::multimap<std::int64_t, std::weak_ptr<Entry>>;

    void forget_gone() {
        std::erase_if(alarms_, [](const auto& alarm) { return alarm.second.expired(); });
    }

    void ring_due() {
        forget_gone();
        while (!alarms_.empty() && alarms_.begin()->first <= now_ms_) {
            boost::asio::post(executor_, [weak = alarms_.begin()->second] {
                const auto entry = weak.lock();
                if (!entry || !entry->ring) return;
                const auto ring = std::exchange(entry->ring, nullptr);
                ring();
            });
            alarms_.erase(alarms_.begin());
        }
    }

    boost::asio::any_io_executor executor_;
    std::int64_t now_ms_ = 1000;
    Alarms alarms_;
};

}    // namespace xm::test
