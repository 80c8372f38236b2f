#pragma once
// The least between a benchmark and sd-bus: a connection, messages that free themselves, calls that throw.

#include <systemd/sd-bus.h>

#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace xm::bench {

using Clock = std::chrono::steady_clock;
struct Unref {
    void operator()(sd_bus* bus) const { sd_bus_flush_close_unref(bus); }
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;
using Slot = std::unique_ptr<sd_bus_slot, Unref>;

inline double milliseconds(Clock::duration time) { return std::chrono::duration<double, std::milli>{time}.count(); }

// One method of one object.
struct Method {
    std::string service;
    std::string path;
    std::string interface;
    std::string member;
};

inline constexpr auto properties = "org.freedesktop.DBus.Properties";

class Bus {
public:
    explicit Bus(const std::string& address);

    template <class... Args>
    Message make(const Method& method, const char* types, Args... args) {
        Message call{new_call(method)};
        check(sd_bus_message_append(call.get(), types, args...), method.member);
        return call;
    }
    template <class... Args>
    Message call(const Method& method, const char* types, Args... args) {
        return send(make(method, types, args...));
    }
    Message send(Message call);

    // How long a call took, in milliseconds; its answer is dropped.
    template <class... Args>
    double time(const Method& method, const char* types, Args... args) {
        auto message = make(method, types, args...);
        const auto began = Clock::now();
        send(std::move(message));
        return milliseconds(Clock::now() - began);
    }

    // Handles what has arrived, waiting for it if `patience` allows.
    void process(std::chrono::milliseconds patience);

    sd_bus* get() const { return bus_.get(); }
    static int check(int result, const std::string& what);

private:
    sd_bus_message* new_call(const Method& method);

    std::unique_ptr<sd_bus, Unref> bus_;
};

// Calls whose answers are not waited for one by one. Lives longer than none of its Bus.
class Calls {
public:
    explicit Calls(Bus& bus) : bus_{bus} {}

    void send(Message call);
    std::size_t pending() const { return pending_; }
    bool settle(std::chrono::milliseconds patience);    // false: some have not been answered in time

    std::vector<double> took_ms;          // of each answer, in the order of arrival
    std::vector<std::string> failures;    // texts

private:
    struct Entry {
        Calls* owner;
        Clock::time_point began;
        Slot slot;
    };
    static int on_reply(sd_bus_message* reply, void* entry, sd_bus_error*);

    Bus& bus_;
    std::size_t pending_ = 0;
    std::vector<std::unique_ptr<Entry>> entries_;
};

}    // namespace xm::bench
