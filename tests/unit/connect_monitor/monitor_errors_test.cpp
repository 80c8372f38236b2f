#include "connect/monitor_errors.hpp"

#include "gen/errors.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::connect;

namespace {

struct Translated {
    int code;
    std::string_view symbol;
    std::string cause;
};

Translated translate(std::string_view message) {
    try {
        throw_monitor_error("vm", message);
    } catch (const Failure& failure) {
        return {failure.info().code, failure.info().symbol, failure.cause()};
    }
}

}    // namespace

TEST_CASE("what monitors have always said keeps its number") {
    CHECK(translate("Not_enough_free_memory").code == 101);
    CHECK(translate("xc: Could not allocate memory for HVM guest of 4096").code == 101);
    CHECK(translate("Vm_bad_state: it is paused").code == 102);
    CHECK(translate("Vm_shutdown_wrong_reason").code == 103);
    CHECK(translate("Vm_didnt_shutdown").code == 104);
    CHECK(translate("Vm_is_already_created").code == 105);
    CHECK(translate("RequiresMoreCapabilities(\"hvm\")").code == 106);
    CHECK(translate("RequiresMoreCapabilities(\"hvm directio\")").cause == "hvm directio");
    CHECK(translate("Device.Tap2.Mount_failure(x)").code == 107);
    CHECK(translate("exception:Unix.ENOENT").code == 199);
    CHECK(translate("exception:Unix.ENOENT").cause == "Unix.ENOENT");
}

TEST_CASE("the first pattern of the list wins") {
    CHECK(translate("exception:Vm_bad_state").code == 102);
    CHECK(translate("Vm_didnt_shutdown after Vm_bad_state").code == 102);
}

TEST_CASE("a message without a known word is repeated unchanged") {
    CHECK(translate("something else").symbol == "monitor_exception");
    CHECK(translate("something else").cause == "something else");
}

TEST_CASE("a refusal arrives as the error that was raised") {
    for (const ErrorInfo* info :
         {&errors::not_enough_memory, &errors::vm_bad_state, &errors::vm_did_not_shutdown, &errors::vm_already_created,
          &errors::bad_sim_fault, &errors::no_domain, &errors::device_model_died, &errors::image_not_usable,
          &errors::unknown_method, &errors::invalid_arguments, &errors::operation_cancelled, &errors::sleep_timeout,
          &errors::hibernate_timeout, &errors::duplicate_device, &errors::bad_config}) {
        INFO(info->symbol);
        CHECK(translate(monitor_message(Failure{*info, "", "some cause"})).symbol == info->symbol);
        CHECK(translate(monitor_message(Failure{*info, "", "some cause"})).cause == "some cause");
    }
}

TEST_CASE("a failure without a word of its own arrives as 199 and names itself") {
    const auto translated = translate(monitor_message(Failure{errors::host_busy, "", "later"}));
    CHECK(translated.code == 199);
    CHECK(translated.cause == "host_busy: later");
}

TEST_CASE("the VM is named once, also where its monitor named it") {
    const std::string vm = "5eed0000-0000-4000-8000-000000000001";
    const auto cause = [&](const std::string& message) {
        try {
            throw_monitor_error(vm, message);
        } catch (const Failure& failure) {
            return failure.cause();
        }
        return std::string{};
    };
    CHECK(cause(monitor_message(Failure{errors::not_enough_memory, vm, "too little"})) == "too little");
    CHECK(cause(monitor_message(Failure{errors::not_enough_memory, vm, ""})).empty());
    CHECK(cause("Not_enough_free_memory: " + vm + "x: too little") == vm + "x: too little");
}
