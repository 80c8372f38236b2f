#pragma once
// libxl on the Asio loop: its context, its log, its event sources, and the operations in progress. One for a process.

#include "connect/xl/libxl.hpp"
#include "connect/xl/log.hpp"
#include "connect/xl/loop.hpp"
#include "connect/xl/operations.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace xm::connect::xl {

class Context final : private PollSource {
public:
    // `on_event` hears from the loop that something happened to this domain. Fails with errors::hypervisor_unavailable.
    Context(boost::asio::any_io_executor executor, std::function<void(int domid)> on_event);
    ~Context();

    // For one call of libxl, which may then wait for something else than before.
    libxl_ctx* get() {
        loop_.changed();
        return context_;
    }
    Log& log() { return log_; }
    Operations& operations() { return operations_; }

    // libxl's code of a short call, 0 or a Failure (errors::hypervisor_refused) that quotes libxl.
    void require(int code, const char* name, int domid);

private:
    bool before_poll(int& count, pollfd* wanted, std::chrono::milliseconds& time) override;
    void after_poll(const std::vector<pollfd>& found) override;
    static void occurred(void* self, libxl_event* event);
    static void disaster(void* self, libxl_event_type type, const char* text, int errnum);

    boost::asio::any_io_executor executor_;
    std::shared_ptr<std::function<void(int)>> on_event_;    // events on their way when this object goes are dropped
    Log log_;
    Loop loop_;
    Operations operations_;
    libxl_ctx* context_ = nullptr;
    static const libxl_event_hooks event_hooks;
};

}    // namespace xm::connect::xl
