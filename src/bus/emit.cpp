#include "bus/emit.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "gen/errors.hpp"

#include <cstring>

namespace xm::bus {

SignalMessage::SignalMessage(Connection& connection, const SignalName& name) : connection_{connection} {
    const int result =
        sd_bus_message_new_signal(connection.native(), &message_, name.object.c_str(), name.interface, name.member);
    if (result < 0)
        fail(errors::internal_error, name.object, "no signal {} could be made: {}", name.member,
             std::strerror(-result));
}

SignalMessage::~SignalMessage() { sd_bus_message_unref(message_); }

// A signal is news, not a request: if the bus is gone there is nobody to tell.
void SignalMessage::send() {
    const int result = sd_bus_send(connection_.native(), message_, nullptr);
    if (result < 0)
        log::warn("signal not sent member={} error={}", sd_bus_message_get_member(message_), std::strerror(-result));
    connection_.flush();
}

}    // namespace xm::bus
