#pragma once
// Everything outside the manager that one VM's life depends on, as plain data: the domain, its monitor, the requests
// on their way to the monitor, and the facts on their way back. Nothing moves by itself; the explorer makes each move.
// Requests outlive the manager that sent them, as a datagram outlives its sender.

#include "base/error_info.hpp"
#include "model/monitor_facts.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace xm::xenmgr::explorer {

enum class Domain { none, building, created, running, paused };

struct Request {
    int id;
    std::string what;            // "launch", "adopt", "attach", or a command
    std::int64_t monitor = 0;    // the process it was sent to; 0: none was there
    int phase = 0;               // how far the monitor has got with it
    int domid = -1;              // the domain it is about
    bool awaited = true;         // somebody still waits for the answer
};

struct Answer {
    int request;
    const ErrorInfo* error;    // null: it was done
    bool awaited;
};

struct World {
    Domain domain = Domain::none;
    int domid = -1;
    int last_domid = 0;
    int domains_made = 0;
    int reboots = 0;    // by the guest or on command

    bool monitor = false;
    bool socket = false;    // left behind by a monitor that did not quit
    bool attached = false;
    model::MonitorFacts facts;    // what the monitor would say now

    std::vector<Request> requests;
    std::deque<model::MonitorFacts> news;
    int last_id = 0;
    int last_pid = 0;

    int send(std::string what);

    // A monitor begins with requests in the order in which they were sent; what has begun may overtake.
    bool may_advance(const Request& request) const;

    // One move of the monitor (or of the launch of one). An answer, if the request is done with.
    std::optional<Answer> advance(int id);
    std::optional<Answer> refuse(int id);    // the guest does not shut down

    void guest_ends(model::DownReason reason);
    std::vector<Answer> monitor_dies();

private:
    const ErrorInfo* serve(Request& request, bool& done);
    const ErrorInfo* start_monitor(const Request& request);
    const ErrorInfo* build(Request& request, bool& done);
    const ErrorInfo* end_guest(Request& request, bool& done, model::VmState on_the_way, model::DownReason reason);
    void destroy();
    void enter(model::VmState state);
    Answer take(int id, const ErrorInfo* error);
};

}    // namespace xm::xenmgr::explorer
