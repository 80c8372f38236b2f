#pragma once
// One life of the manager: the real Lives on a loop of its own, talking to a World. Killing the manager is destroying
// this object; the World stays.

#include "../lives_bench.hpp"
#include "world.hpp"

#include <map>
#include <memory>

namespace xm::xenmgr::explorer {

// Requests that somebody waits for; the explorer answers them.
class ParkedMonitors final : public connect::Monitors {
public:
    using Milliseconds = std::chrono::milliseconds;
    template <class T>
    using awaitable = boost::asio::awaitable<T>;

    ParkedMonitors(boost::asio::any_io_executor executor, World& world)
        : executor_{std::move(executor)}, world_{world} {}

    connect::MonitorEvents& events() { return *events_; }
    void answer(int request, const ErrorInfo* error);

    void listen(connect::MonitorEvents& events) override { events_ = &events; }
    awaitable<std::vector<Uuid>> running() override;
    awaitable<model::MonitorFacts> launch(Uuid uuid, bool adopt, Milliseconds) override;
    awaitable<model::MonitorFacts> attach(Uuid uuid, Milliseconds) override;
    awaitable<std::string> call(Uuid uuid, std::string command, StringMap, Milliseconds) override;
    void kill(Uuid uuid) override;
    void forget(Uuid) override { world_.attached = false, world_.news.clear(); }

private:
    struct Parked {
        explicit Parked(const boost::asio::any_io_executor& executor)
            : timer{executor, std::chrono::steady_clock::time_point::max()} {}
        boost::asio::steady_timer timer;
        bool answered = false;
        const ErrorInfo* error = nullptr;
        model::MonitorFacts facts;
    };

    awaitable<model::MonitorFacts> park(std::string what);

    boost::asio::any_io_executor executor_;
    World& world_;
    connect::MonitorEvents* events_ = nullptr;
    std::map<int, std::shared_ptr<Parked>> parked_;
};

struct Manager {
    Manager(World& world, Limits limits, Lives::Machine machine);

    boost::asio::io_context loop{1};
    ParkedMonitors monitors;
    fakes::FakeHooks hooks;
    fakes::FakeHostFiles files;
    test::BenchConfiguration configuration;
    test::BenchListener listener;
    Lives lives;

    // Commands in the order in which they were given: running, or how they ended.
    struct Given {
        Event command;
        std::optional<std::string> result;
    };
    std::vector<std::shared_ptr<Given>> given;

    void command(Event command);
    void recover();
    void settle();    // everything that can happen without the explorer, happens
};

}    // namespace xm::xenmgr::explorer
