#include "bus/reply.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <cstring>
#include <string>

namespace xm::bus {
namespace {

void send_failure(sd_bus_message* call, const Failure& failure) {
    if (sd_bus_message_get_expect_reply(call) <= 0) return;
    const std::string name{failure.info().dbus_name};
    const sd_bus_error error{name.c_str(), failure.what(), 0};
    if (const int result = sd_bus_reply_method_error(call, &error); result < 0)
        log::warn("reply not sent error={}", std::strerror(-result));
}

}    // namespace

Writer MethodReply::results() {
    sd_bus_message* made = nullptr;
    if (const int result = sd_bus_message_new_method_return(call_, &made); result < 0)
        fail(errors::internal_error, "", "no reply could be made: {}", std::strerror(-result));
    answer_.reset(made);
    return Writer{made};
}

void MethodReply::send() {
    if (sd_bus_message_get_expect_reply(call_) <= 0) return;
    if (!answer_) results();
    if (const int result = sd_bus_send(nullptr, answer_.get(), nullptr); result < 0)
        log::warn("reply not sent error={}", std::strerror(-result));
}

void send_error(sd_bus_message* call, const std::exception_ptr& thrown) try {
    std::rethrow_exception(thrown);
} catch (const Failure& failure) {
    send_failure(call, failure);
} catch (const std::exception& e) {
    const char* member = sd_bus_message_get_member(call);
    log::error("call={} unexpected=\"{}\"", member, text::escaped(e.what()));
    send_failure(call, Failure{errors::internal_error, member, "the service's log has the details"});
}

}    // namespace xm::bus
