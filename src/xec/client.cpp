#include "xec/client.hpp"

#include "base/failure.hpp"
#include "base/utf8.hpp"
#include "bus/message.hpp"
#include "xec/failures.hpp"
#include "xec/names.hpp"
#include "xec/terminal.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace xm::xec {
namespace {

struct Unref {
    void operator()(sd_bus_message* message) const { sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, Unref>;

struct ErrorSlot {
    ErrorSlot() = default;
    ~ErrorSlot() { sd_bus_error_free(&error); }
    ErrorSlot(const ErrorSlot&) = delete;
    ErrorSlot& operator=(const ErrorSlot&) = delete;

    sd_bus_error error{};
};

void check(int result, std::string_view doing) {
    if (result < 0) fail(failures::no_bus, "", "{}: {}", doing, std::strerror(-result));
}

void check_name(bool valid, std::string_view kind, const std::string& text) {
    if (!valid) fail(failures::bad_value, "", "'{}' is not a valid {}", quotable(text), kind);
}

void check_names(const Call& call) {
    check_name(sd_bus_service_name_is_valid(call.service.c_str()) > 0, "bus name", call.service);
    check_name(sd_bus_object_path_is_valid(call.object.c_str()) > 0, "object path", call.object);
    check_name(sd_bus_interface_name_is_valid(call.interface.c_str()) > 0, "interface name", call.interface);
    check_name(sd_bus_member_name_is_valid(call.member.c_str()) > 0, "member name", call.member);
}

void check_texts(const std::vector<bus::Variant>& arguments) {
    for (const auto& argument : arguments)
        if (const auto* text = std::get_if<std::string>(&argument.value); text && !text::is_utf8(*text))
            fail(failures::not_utf8, "", "'{}' is not UTF-8", quotable(*text));
}

std::vector<bus::Variant> contents(sd_bus_message* message) {
    bus::Reader reader{message};
    std::vector<bus::Variant> values;
    while (!reader.at_end())
        values.push_back(reader.get_content());
    return values;
}

Event event_of(sd_bus_message* message) {
    const auto text = [](const char* value) { return std::string{value == nullptr ? "" : value}; };
    return {text(sd_bus_message_get_sender(message)), text(sd_bus_message_get_path(message)),
            text(sd_bus_message_get_interface(message)), text(sd_bus_message_get_member(message)), contents(message)};
}

std::uint64_t microseconds_until(Deadline deadline) {
    if (!deadline) return UINT64_MAX;
    const auto left = std::chrono::ceil<std::chrono::microseconds>(*deadline - Clock::now()).count();
    return static_cast<std::uint64_t>(std::max<std::int64_t>(left, 0));
}

}    // namespace

ErrorReply::ErrorReply(std::string name, std::string text)
    : name_{std::move(name)}, text_{std::move(text)}, whole_{name_ + ": " + text_} {}

bool ErrorReply::is_timeout() const { return name_ == SD_BUS_ERROR_NO_REPLY || name_ == SD_BUS_ERROR_TIMEOUT; }

bool ErrorReply::is_absent() const {
    return name_ == SD_BUS_ERROR_SERVICE_UNKNOWN || name_ == SD_BUS_ERROR_NAME_HAS_NO_OWNER;
}

bool ErrorReply::is_unknown() const {
    return name_ == SD_BUS_ERROR_UNKNOWN_OBJECT || name_ == SD_BUS_ERROR_UNKNOWN_INTERFACE ||
           name_ == SD_BUS_ERROR_UNKNOWN_METHOD || name_ == SD_BUS_ERROR_UNKNOWN_PROPERTY;
}

Client::Client(Bus bus, std::chrono::microseconds timeout) : timeout_{timeout} {
    const bool system = bus == Bus::system;
    const int result = system ? sd_bus_open_system(&bus_) : sd_bus_open_user(&bus_);
    check(result, system ? "cannot connect to the system bus" : "cannot connect to the session bus");
}

Client::~Client() { sd_bus_flush_close_unref(bus_); }

std::vector<bus::Variant> Client::call(const Call& call) {
    check_names(call);
    check_texts(call.arguments);
    sd_bus_message* made = nullptr;
    check(sd_bus_message_new_method_call(bus_, &made, call.service.c_str(), call.object.c_str(), call.interface.c_str(),
                                         call.member.c_str()),
          "cannot make a call");
    const Message request{made};
    bus::Writer writer{request.get()};
    for (const auto& argument : call.arguments)
        writer.put_content(argument);
    ErrorSlot slot;
    sd_bus_message* answer = nullptr;
    const auto limit = static_cast<std::uint64_t>(timeout_.count());
    const int result = sd_bus_call(bus_, request.get(), limit, &slot.error, &answer);
    const Message reply{answer};
    if (sd_bus_error_is_set(&slot.error))
        throw ErrorReply{slot.error.name, slot.error.message == nullptr ? "" : slot.error.message};
    check(result, "the connection to the bus broke");
    return contents(reply.get());
}

bus::Variant Client::get(const std::string& service, const std::string& object, const std::string& interface,
                         const std::string& property) {
    const auto results = call({service, object, names::properties, "Get", {{"s", interface}, {"s", property}}});
    if (results.size() != 1 || results[0].signature != "v")
        fail(failures::bad_reply, property, "the answer to Get is not one variant");
    return std::get<std::vector<bus::Variant>>(results[0].value).at(0);
}

void Client::watch(const std::string& rule) {
    call({names::bus_daemon, names::bus_daemon_object, names::bus_daemon, "AddMatch", {{"s", rule}}});
}

std::optional<Event> Client::next_event(Deadline deadline) {
    while (true) {
        sd_bus_message* got = nullptr;
        const int handled = sd_bus_process(bus_, &got);
        check(handled, "the connection to the bus broke");
        const Message message{got};
        if (message && sd_bus_message_is_signal(message.get(), nullptr, nullptr) > 0) return event_of(message.get());
        if (handled > 0) continue;
        const auto left = microseconds_until(deadline);
        if (left == 0) return std::nullopt;
        const int ready = sd_bus_wait(bus_, left);
        if (ready != -EINTR) check(ready, "the connection to the bus broke");
    }
}

}    // namespace xm::xec
