#include "manager.hpp"

#include <boost/asio/redirect_error.hpp>

namespace xm::xenmgr::explorer {

namespace asio = boost::asio;

// ---- ParkedMonitors

ParkedMonitors::awaitable<model::MonitorFacts> ParkedMonitors::park(std::string what) {
    const int id = world_.send(std::move(what));
    const auto parked = std::make_shared<Parked>(executor_);
    parked_[id] = parked;
    boost::system::error_code error;
    co_await parked->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (!parked->answered) {    // cancelled: the request goes on without us
        parked_.erase(id);
        for (Request& request : world_.requests)
            if (request.id == id) request.awaited = false;
        throw boost::system::system_error{asio::error::operation_aborted};
    }
    if (parked->error) fail(*parked->error, "", "");
    co_return parked->facts;
}

void ParkedMonitors::answer(int request, const ErrorInfo* error) {
    const auto found = parked_.find(request);
    if (found == parked_.end()) return;
    found->second->answered = true;
    found->second->error = error;
    found->second->facts = world_.facts;
    found->second->timer.cancel();
    parked_.erase(found);
}

ParkedMonitors::awaitable<std::vector<Uuid>> ParkedMonitors::running() {
    std::vector<Uuid> result;
    if (world_.socket) result.push_back(test::vm_a);
    co_return result;
}

ParkedMonitors::awaitable<model::MonitorFacts> ParkedMonitors::launch(Uuid, bool adopt, Milliseconds) {
    return park(adopt ? "adopt" : "launch");
}
ParkedMonitors::awaitable<model::MonitorFacts> ParkedMonitors::attach(Uuid, Milliseconds) { return park("attach"); }

ParkedMonitors::awaitable<std::string> ParkedMonitors::call(Uuid, std::string command, StringMap, Milliseconds) {
    co_await park(std::move(command));
    co_return "";
}

void ParkedMonitors::kill(Uuid) {
    const bool tell = world_.attached;
    for (const Answer& gone : world_.monitor_dies())
        answer(gone.request, gone.error);
    if (tell)
        asio::post(executor_, [this] {
            if (events_) events_->on_monitor_lost(test::vm_a);
        });
}

// ---- Manager

Manager::Manager(World& world, Limits limits, Lives::Machine machine)
    : monitors{loop.get_executor(), world},
      lives{loop.get_executor(), {monitors, hooks, files, configuration, listener}, limits, machine} {
    lives.add(test::vm_a);
}

void Manager::command(Event command) {
    const Uuid vm = test::vm_a;
    const auto one = std::make_shared<Given>(Given{.command = command, .result = std::nullopt});
    given.push_back(one);
    auto work = command == Event::start      ? lives.start(vm)
                : command == Event::shutdown ? lives.shutdown(vm)
                : command == Event::reboot   ? lives.reboot(vm)
                : command == Event::pause    ? lives.pause(vm)
                : command == Event::unpause  ? lives.unpause(vm)
                                             : lives.destroy(vm);
    asio::co_spawn(loop, std::move(work), [one](const std::exception_ptr& error) {
        one->result = "";
        if (!error) return;
        try {
            std::rethrow_exception(error);
        } catch (const Failure& failure) {
            one->result = std::string{failure.info().symbol};
        } catch (const std::exception& e) {
            one->result = e.what();
        }
    });
}

void Manager::recover() {
    asio::co_spawn(loop, lives.recover(), [](const std::exception_ptr&) {});
}

void Manager::settle() {
    loop.restart();
    while (loop.poll() != 0)
        loop.restart();
}

}    // namespace xm::xenmgr::explorer
