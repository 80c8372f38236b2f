#pragma once
// One blocking connection to a message bus: a command line has nothing else to do while it waits. Every call has a
// deadline. Signals are pulled, not called back.

#include "bus/types.hpp"

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct sd_bus;
struct sd_bus_message;

namespace xm::xec {

using Clock = std::chrono::steady_clock;
using Deadline = std::optional<Clock::time_point>;    // nullopt: for ever

// A peer, or the bus in its place, answered with an error.
class ErrorReply : public std::exception {
public:
    ErrorReply(std::string name, std::string text);

    const char* what() const noexcept override { return whole_.c_str(); }    // "<name>: <text>"
    const std::string& name() const { return name_; }
    const std::string& text() const { return text_; }
    bool is_timeout() const;
    bool is_absent() const;     // nobody answers to that name
    bool is_unknown() const;    // there is no such object, interface or member: nothing has happened

private:
    std::string name_;
    std::string text_;
    std::string whole_;
};

struct Call {
    std::string service, object, interface, member;
    std::vector<bus::Variant> arguments = {};
};

struct Event {
    std::string sender, path, interface, member;
    std::vector<bus::Variant> arguments;
};

enum class Bus { system, session };

class Client {
public:
    Client(Bus bus, std::chrono::microseconds timeout);
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    // The results in order. Throws ErrorReply; fails with bad_value on a name or path that is not valid,
    // with not_utf8 on a text that no message can hold.
    std::vector<bus::Variant> call(const Call& call);

    // Property values of org.freedesktop.DBus.Properties, without the variant around them.
    bus::Variant get(const std::string& service, const std::string& object, const std::string& interface,
                     const std::string& property);

    // Signals that match the rule (D-Bus specification, "Match Rules") are kept from now on.
    void watch(const std::string& rule);
    // The oldest kept signal; nullopt when the deadline has passed.
    std::optional<Event> next_event(Deadline deadline);

    Deadline deadline() const { return Clock::now() + timeout_; }    // from now

private:
    sd_bus* bus_ = nullptr;
    std::chrono::microseconds timeout_;
};

}    // namespace xm::xec
