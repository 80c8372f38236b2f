#pragma once
// Sending signals. Generated emit_ functions are the usual way in.

#include "bus/connection.hpp"
#include "bus/message.hpp"

#include <string>

namespace xm::bus {

struct SignalName {
    const std::string& object;    // path of the object that speaks
    const char* interface;
    const char* member;
};

// One signal message, sent once. Failures: errors::internal_error if the names are not valid.
class SignalMessage {
public:
    SignalMessage(Connection& connection, const SignalName& name);
    ~SignalMessage();
    SignalMessage(const SignalMessage&) = delete;
    SignalMessage& operator=(const SignalMessage&) = delete;

    Writer body() { return Writer{message_}; }
    void send();

private:
    Connection& connection_;
    sd_bus_message* message_ = nullptr;
};

template <class... Args>
void emit(Connection& connection, const SignalName& name, const Args&... args) {
    SignalMessage message{connection, name};
    [[maybe_unused]] auto body = message.body();
    (body.put(args), ...);
    message.send();
}

}    // namespace xm::bus
