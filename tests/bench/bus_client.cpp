#include "bus_client.hpp"

#include <cstring>

namespace xm::bench {

namespace {

constexpr std::uint64_t reply_limit_us = 120'000'000;

}

Bus::Bus(const std::string& address) {
    sd_bus* raw = nullptr;
    check(sd_bus_new(&raw), "new bus");
    bus_.reset(raw);
    check(sd_bus_set_address(raw, address.c_str()), "address");
    check(sd_bus_set_bus_client(raw, 1), "client");
    check(sd_bus_start(raw), "connect");
}

int Bus::check(int result, const std::string& what) {
    if (result < 0) throw std::runtime_error{fmt::format("{}: {}", what, std::strerror(-result))};
    return result;
}

sd_bus_message* Bus::new_call(const Method& method) {
    sd_bus_message* call = nullptr;
    check(sd_bus_message_new_method_call(get(), &call, method.service.c_str(), method.path.c_str(),
                                         method.interface.c_str(), method.member.c_str()),
          method.member);
    return call;
}

Message Bus::send(Message call) {
    sd_bus_error error = SD_BUS_ERROR_NULL;
    sd_bus_message* reply = nullptr;
    const int result = sd_bus_call(get(), call.get(), reply_limit_us, &error, &reply);
    const std::string text = error.message ? error.message : "";
    sd_bus_error_free(&error);
    if (result < 0)
        throw std::runtime_error{
            fmt::format("{} {}: {}", sd_bus_message_get_path(call.get()), sd_bus_message_get_member(call.get()), text)};
    return Message{reply};
}

void Bus::process(std::chrono::milliseconds patience) {
    if (check(sd_bus_process(get(), nullptr), "process") > 0) return;
    const auto limit = static_cast<std::uint64_t>(std::chrono::microseconds{patience}.count());
    check(sd_bus_wait(get(), limit), "wait");
}

void Calls::send(Message call) {
    entries_.push_back(std::make_unique<Entry>(Entry{this, Clock::now(), nullptr}));
    sd_bus_slot* slot = nullptr;
    Bus::check(sd_bus_call_async(bus_.get(), &slot, call.get(), on_reply, entries_.back().get(), reply_limit_us),
               "send");
    entries_.back()->slot.reset(slot);
    ++pending_;
}

int Calls::on_reply(sd_bus_message* reply, void* entry, sd_bus_error*) {
    auto& [owner, began, slot] = *static_cast<Entry*>(entry);
    owner->took_ms.push_back(milliseconds(Clock::now() - began));
    --owner->pending_;
    if (const auto* error = sd_bus_message_get_error(reply))
        owner->failures.push_back(fmt::format("{}: {}", error->name, error->message ? error->message : "no text"));
    return 1;
}

bool Calls::settle(std::chrono::milliseconds patience) {
    const auto end = Clock::now() + patience;
    while (pending_ > 0 && Clock::now() < end)
        bus_.process(std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()));
    return pending_ == 0;
}

}    // namespace xm::bench
