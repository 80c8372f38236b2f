#include "connect/monitor_errors.hpp"

#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fmt/format.h>

namespace xm::connect {
namespace {

enum class Cause { none, rest, quoted };    // what of the message is worth repeating

struct Row {
    std::string_view word;
    const ErrorInfo* error;
    Cause cause = Cause::rest;
};

// clang-format off
constexpr Row rows[] = {
    {"Not_enough_free_memory",                  &errors::not_enough_memory},
    {"Could not allocate memory for HVM guest", &errors::not_enough_memory, Cause::none},
    {"Vm_bad_state",                            &errors::vm_bad_state},
    {"Vm_shutdown_wrong_reason",                &errors::vm_shutdown_wrong_reason},
    {"Vm_didnt_shutdown",                       &errors::vm_did_not_shutdown},
    {"Vm_is_already_created",                   &errors::vm_already_created},
    {"RequiresMoreCapabilities",                &errors::hw_capability_missing, Cause::quoted},
    {"Device.Tap2.Mount_failure",               &errors::disk_mount_failed},
    {"exception:",                              &errors::monitor_exception},
    {"Sim_fault",                               &errors::bad_sim_fault},
    {"Bad_config",                              &errors::bad_config},
    {"Bad_json",                                &errors::bad_json},
    {"Bad_value",                               &errors::bad_value},
    {"No_domain",                               &errors::no_domain},
    {"Domain_died",                             &errors::domain_died},
    {"Device_model_died",                       &errors::device_model_died},
    {"Hypervisor_refused",                      &errors::hypervisor_refused},
    {"Image_not_usable",                        &errors::image_not_usable},
    {"Unknown_command",                         &errors::unknown_method},
    {"Bad_arguments",                           &errors::invalid_arguments},
    {"Operation_cancelled",                     &errors::operation_cancelled},
    {"Needs_pv_addons",                         &errors::needs_pv_addons},
    {"Sleep_timeout",                           &errors::sleep_timeout},
    {"Hibernate_timeout",                       &errors::hibernate_timeout},
    {"No_such_disk",                            &errors::no_such_disk},
    {"No_such_nic",                             &errors::no_such_nic},
    {"Duplicate_device",                        &errors::duplicate_device},
    {"Not_supported",                           &errors::not_supported},
    {"IO_error",                                &errors::io_error},
};
// clang-format on

std::string_view cause_of(const Row& row, std::string_view message, std::size_t at) {
    std::string_view rest = message.substr(at + row.word.size());
    if (row.cause == Cause::none) return {};
    if (row.cause == Cause::quoted) {
        if (rest.starts_with("(\"")) rest.remove_prefix(2);
        if (const auto end = rest.rfind("\")"); end != std::string_view::npos) rest = rest.substr(0, end);
        return rest;
    }
    if (rest.starts_with(":")) rest.remove_prefix(1);
    return text::trim(rest);
}

// A monitor speaks of its own VM, whom the failure names anyway.
std::string_view without_object(std::string_view cause, const std::string& object) {
    if (object.empty() || !cause.starts_with(object)) return cause;
    const auto rest = cause.substr(object.size());
    return rest.starts_with(':') ? text::trim(rest.substr(1)) : rest.empty() ? rest : cause;
}

}    // namespace

std::string monitor_message(const Failure& failure) {
    const std::string cause = failure.object().empty() ? failure.cause() : failure.object() + ": " + failure.cause();
    for (const Row& row : rows) {
        if (row.error->symbol != failure.info().symbol) continue;
        if (row.cause == Cause::quoted) return fmt::format("{}(\"{}\")", row.word, failure.cause());
        return fmt::format("{}{} {}", row.word, row.word.ends_with(':') ? "" : ":", cause);
    }
    return fmt::format("exception:{}: {}", failure.info().symbol, cause);
}

void throw_monitor_error(const std::string& object, std::string_view untrusted_message) {
    for (const Row& row : rows)
        if (const auto at = untrusted_message.find(row.word); at != std::string_view::npos)
            fail(*row.error, object, "{}", without_object(cause_of(row, untrusted_message, at), object));
    fail(errors::monitor_exception, object, "{}", untrusted_message);
}

}    // namespace xm::connect
