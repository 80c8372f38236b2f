#include "connect/xl/context.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <boost/asio/post.hpp>

#include <sys/time.h>

#include <cstring>

namespace xm::connect::xl {

using std::chrono::milliseconds;

const libxl_event_hooks Context::event_hooks{
    .event_occurs_mask = LIBXL_EVENTMASK_ALL,
    .event_occurs = &Context::occurred,
    .disaster = &Context::disaster,
};

Context::Context(boost::asio::any_io_executor executor, std::function<void(int)> on_event)
    : executor_{executor},
      on_event_{std::make_shared<std::function<void(int)>>(std::move(on_event))},
      loop_{executor, *this},
      operations_{log_, [this](const libxl_asyncop_how* how) { return libxl_ao_abort(get(), how); }} {
    if (libxl_ctx_alloc(&context_, LIBXL_VERSION, 0, log_.logger()) != 0)
        fail(errors::hypervisor_unavailable, "libxl", "{}", log_.errors());
    libxl_event_register_callbacks(context_, &event_hooks, this);
}

// With an operation in progress libxl cannot be taken down. That happens at the end of the process only.
Context::~Context() {
    if (operations_.idle()) libxl_ctx_free(context_);
}

void Context::require(int code, const char* name, int domid) {
    if (code != 0) fail(errors::hypervisor_refused, std::to_string(domid), "{}: {}", name, cause_of(code, log_));
}

bool Context::before_poll(int& count, pollfd* wanted, milliseconds& time) {
    timeval now{};
    ::gettimeofday(&now, nullptr);
    int milliseconds_left = -1;
    const int code = libxl_osevent_beforepoll(context_, &count, wanted, &milliseconds_left, now);
    time = milliseconds{milliseconds_left};
    return code != ERROR_BUFFERFULL;
}

void Context::after_poll(const std::vector<pollfd>& found) {
    timeval now{};
    ::gettimeofday(&now, nullptr);
    libxl_osevent_afterpoll(context_, static_cast<int>(found.size()), found.data(), now);
}

// From within libxl, possibly from one of our own calls: heard at the next turn of the loop.
void Context::occurred(void* self, libxl_event* event) {
    auto& context = *static_cast<Context*>(self);
    const int domid = static_cast<int>(event->domid);
    libxl_event_free(context.context_, event);
    boost::asio::post(context.executor_, [domid, heard = std::weak_ptr{context.on_event_}] {
        if (const auto on_event = heard.lock()) (*on_event)(domid);
    });
}

void Context::disaster(void*, libxl_event_type, const char* text, int errnum) {
    log::error("libxl lost events cause={} ({})", text::escaped(text), std::strerror(errnum));
}

}    // namespace xm::connect::xl
