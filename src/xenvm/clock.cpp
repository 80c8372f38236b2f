#include "xenvm/clock.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <ctime>
#include <set>

namespace xm::xenvm {
namespace {

using std::chrono::milliseconds;

std::int64_t since_boot_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

class HostClock;
class HostAlarm;
using Alarms = std::set<HostAlarm*>;    // those that are set; shared with them, because one may outlive the clock

class HostAlarm final : public Alarm {
public:
    HostAlarm(HostClock& clock, std::int64_t due_ms, std::function<void()> ring);
    ~HostAlarm() override;
    void arm();

private:
    struct Shared {
        std::function<void()> ring;
    };

    HostClock& clock_;
    std::shared_ptr<Alarms> alarms_;
    std::int64_t due_ms_;
    std::shared_ptr<Shared> shared_;
    boost::asio::steady_timer timer_;
};

class HostClock final : public Clock {
public:
    explicit HostClock(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

    std::int64_t now_ms() const override { return since_boot_ms() + offset_ms_; }

    void advance(milliseconds by) override {
        offset_ms_ += by.count();
        for (HostAlarm* alarm : *alarms_)
            alarm->arm();
    }

    std::unique_ptr<Alarm> set_alarm(std::int64_t due_ms, std::function<void()> ring) override {
        return std::make_unique<HostAlarm>(*this, due_ms, std::move(ring));
    }

    const boost::asio::any_io_executor& executor() const { return executor_; }
    const std::shared_ptr<Alarms>& alarms() { return alarms_; }

private:
    boost::asio::any_io_executor executor_;
    std::int64_t offset_ms_ = 0;
    std::shared_ptr<Alarms> alarms_ = std::make_shared<Alarms>();
};

HostAlarm::HostAlarm(HostClock& clock, std::int64_t due_ms, std::function<void()> ring)
    : clock_{clock},
      alarms_{clock.alarms()},
      due_ms_{due_ms},
      shared_{std::make_shared<Shared>(Shared{std::move(ring)})},
      timer_{clock.executor()} {
    alarms_->insert(this);
    arm();
}

HostAlarm::~HostAlarm() { alarms_->erase(this); }

void HostAlarm::arm() {
    timer_.expires_after(milliseconds{std::max<std::int64_t>(due_ms_ - clock_.now_ms(), 0)});
    timer_.async_wait([weak = std::weak_ptr{shared_}](const boost::system::error_code& error) {
        const auto shared = weak.lock();
        if (error || !shared) return;
        const auto once = std::move(shared->ring);    // the alarm may be destroyed by what it rings
        shared->ring = nullptr;
        if (once) once();
    });
}

}    // namespace

std::unique_ptr<Clock> make_host_clock(boost::asio::any_io_executor executor) {
    return std::make_unique<HostClock>(std::move(executor));
}

}    // namespace xm::xenvm
