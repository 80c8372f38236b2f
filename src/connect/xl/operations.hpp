#pragma once
// libxl's long operations as awaitables. Each has a limit of its own: when it is over, or at abort(), libxl is told to
// stop, and the operation fails after libxl has stopped, so that nothing of it goes on behind the caller's back.

#include "connect/wake_list.hpp"
#include "connect/xl/libxl.hpp"
#include "connect/xl/log.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

namespace xm::connect::xl {

// Makes libxl begin; returns libxl's code. Owns whatever libxl uses until the operation is over.
using Begin = std::function<int(const libxl_asyncop_how*)>;

// How an operation is cut short; a test's own, otherwise libxl_ao_abort().
using Abort = std::function<int(const libxl_asyncop_how*)>;

struct Request {
    std::string name;      // for failures: "create"
    std::string object;    // whom it concerns
    std::chrono::milliseconds limit;
    Begin begin;
};

class Operations {
public:
    // How long libxl may take to stop what was cut short; after that the operation is left to itself.
    static constexpr std::chrono::seconds time_to_stop{30};

    Operations(Log& log, Abort abort, std::chrono::milliseconds stopping = time_to_stop);

    // libxl's code, 0 for success. Fails with errors::operation_cancelled after abort(), and with
    // errors::hypervisor_refused when the limit is over.
    boost::asio::awaitable<int> run(Request request);
    boost::asio::awaitable<void> perform(Request request);    // any other code than 0 fails: hypervisor_refused

    boost::asio::awaitable<void> abort();    // all in progress; returns when they are over
    bool idle() const { return running_.empty(); }

private:
    struct Running;

    static void done(libxl_ctx* context, int code, void* running);
    void stop(Running& running);

    Log& log_;
    Abort abort_;
    std::chrono::milliseconds stopping_;
    std::set<std::shared_ptr<Running>> running_;
    WakeList ended_;
};

// "ERROR_FAIL: <what libxl said>"
std::string cause_of(int code, const Log& log);

}    // namespace xm::connect::xl
