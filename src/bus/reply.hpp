#pragma once
// The answer to one method call: results on success, or an error made from what was thrown.

#include "bus/interface.hpp"

#include <systemd/sd-bus.h>

#include <exception>
#include <memory>

namespace xm::bus {

struct Unref {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

inline Message held(sd_bus_message* message) { return Message{sd_bus_message_ref(message)}; }

class MethodReply : public Reply {
public:
    explicit MethodReply(sd_bus_message* call) : call_{call} {}
    Writer results() override;
    void send();    // an empty answer if results() was never asked for; nothing if no answer is wanted

private:
    sd_bus_message* call_;    // kept alive by the caller of this class
    Message answer_;
};

// Answers with what was thrown: a Failure with its own D-Bus name and text, anything else as internal_error, logged.
void send_error(sd_bus_message* call, const std::exception_ptr& thrown);

}    // namespace xm::bus
