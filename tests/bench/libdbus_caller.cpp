#include "libdbus_caller.hpp"

#include <dbus/dbus.h>

namespace xm::bench {

namespace {

constexpr int patience_ms = 10'000;

// libdbus's way to say what went wrong.
struct Outcome {
    Outcome() { dbus_error_init(&error); }
    ~Outcome() { dbus_error_free(&error); }
    Outcome(const Outcome&) = delete;
    Outcome& operator=(const Outcome&) = delete;
    void check() const {
        if (dbus_error_is_set(&error)) throw std::runtime_error{error.message};
    }

    DBusError error{};
};

}    // namespace

LibdbusCaller::LibdbusCaller(const std::string& address, const Method& method) {
    Outcome outcome;
    connection_ = dbus_connection_open_private(address.c_str(), &outcome.error);
    outcome.check();
    dbus_connection_set_exit_on_disconnect(connection_, FALSE);
    dbus_bus_register(connection_, &outcome.error);
    outcome.check();
    call_ = dbus_message_new_method_call(method.service.c_str(), method.path.c_str(), method.interface.c_str(),
                                         method.member.c_str());
}

LibdbusCaller::~LibdbusCaller() {
    dbus_message_unref(call_);
    dbus_connection_close(connection_);
    dbus_connection_unref(connection_);
}

double LibdbusCaller::call() {
    Outcome outcome;
    DBusMessage* fresh = dbus_message_copy(call_);    // a message that was sent keeps its serial
    const auto began = Clock::now();
    DBusMessage* reply = dbus_connection_send_with_reply_and_block(connection_, fresh, patience_ms, &outcome.error);
    const auto took = Clock::now() - began;
    dbus_message_unref(fresh);
    outcome.check();
    dbus_message_unref(reply);
    return milliseconds(took) * 1000;
}

}    // namespace xm::bench
