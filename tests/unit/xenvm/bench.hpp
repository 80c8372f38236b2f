#pragma once
// One machine on the bench: monitor, simulated engine and a clock that stands still. run() carries a command to its
// end, moving the clock to what is due next whenever nothing else can happen.

#include "base/failure.hpp"
#include "base/log.hpp"
#include "fakes/fake_clock.hpp"
#include "fakes/scratch_dir.hpp"
#include "xenvm/monitor.hpp"
#include "xenvm/sim_engine.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace xm::test {

class NewsLog final : public xenvm::NewsSink {
public:
    void on_news(int, const std::string& message, const model::MonitorFacts&) override {
        if (!message.empty()) messages.push_back(message);
    }
    std::vector<std::string> take() { return std::exchange(messages, {}); }

    std::vector<std::string> messages;
};

class Bench {
public:
    explicit Bench(std::int64_t host_memory_mib = 0) : memory_limit_{host_memory_mib} {
        spdlog::set_level(spdlog::level::off);
        restart_monitor();
    }

    // A new monitor process on the same host: only what is in files survives.
    void restart_monitor() {
        monitor.reset();
        engine = std::make_unique<xenvm::SimEngine>(uuid, xenvm::SimStore{dir.path() / "sim", memory_limit_}, clock);
        monitor = std::make_unique<xenvm::Monitor>(loop.get_executor(), uuid, *engine, news);
        monitor->adopt();
        poll();
    }

    model::GuestSpec spec(std::vector<std::string> faults = {}) const {
        model::GuestSpec result;
        result.uuid = uuid.text();
        result.memory_mib = 256;
        result.virt_type = model::VirtType::hvm;
        for (const std::string& fault : faults)
            result.extra.push_back("sim-fault=" + fault);
        return result;
    }

    void poll() {
        loop.restart();
        loop.poll();
    }

    // Lets everything happen that is due within this time.
    void pass(std::chrono::milliseconds time) {
        const std::int64_t end = clock.now_ms() + time.count();
        poll();
        while (const auto due = clock.next_due_ms()) {
            if (*due > end) break;
            step_to(*due);
        }
        step_to(end);
    }

    // Starts a command without waiting for it.
    struct Pending {
        bool done = false;
        std::exception_ptr failure;
    };
    std::shared_ptr<Pending> begin(boost::asio::awaitable<void> command) {
        const auto pending = std::make_shared<Pending>();
        boost::asio::co_spawn(loop, std::move(command), [pending](std::exception_ptr failure) {
            pending->done = true;
            pending->failure = failure;
        });
        poll();
        return pending;
    }

    // The symbol of the failure, "" for success, "hangs" if nothing is left that could end it.
    std::string run(boost::asio::awaitable<void> command) { return finish(begin(std::move(command))); }

    std::string finish(const std::shared_ptr<Pending>& pending) {
        while (!pending->done) {
            const auto due = clock.next_due_ms();
            if (!due) return "hangs";
            step_to(*due);
        }
        return symbol_of(pending->failure);
    }

    static std::string symbol_of(const std::exception_ptr& failure) {
        if (!failure) return "";
        try {
            std::rethrow_exception(failure);
        } catch (const Failure& f) {
            return std::string{f.info().symbol};
        } catch (const std::exception& e) {
            return e.what();
        }
    }

    std::string state() { return std::string{to_string(monitor->facts().state)}; }

    Uuid uuid = *Uuid::parse("11111111-2222-3333-4444-555555555555");
    boost::asio::io_context loop{1};
    ScratchDir dir;
    FakeClock clock{loop.get_executor()};
    NewsLog news;
    std::unique_ptr<xenvm::SimEngine> engine;
    std::unique_ptr<xenvm::Monitor> monitor;

private:
    void step_to(std::int64_t due_ms) {
        clock.advance(std::chrono::milliseconds{due_ms - clock.now_ms()});
        poll();
    }

    std::int64_t memory_limit_;
};

}    // namespace xm::test
