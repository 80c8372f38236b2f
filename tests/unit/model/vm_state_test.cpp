#include "model/vm_state.hpp"

#include <catch2/catch.hpp>

using namespace xm::model;

TEST_CASE("every state reads back from its internal name") {
    for (std::size_t i = 0; i < vm_state_names.size(); ++i) {
        const auto state = static_cast<VmState>(i);
        CHECK(parse_word<VmState>(to_string(state)) == state);
    }
}

TEST_CASE("text that is no internal name is no state") {
    CHECK_FALSE(parse_word<VmState>(""));
    CHECK_FALSE(parse_word<VmState>("stopped"));
    CHECK_FALSE(parse_word<VmState>("Running"));
}

TEST_CASE("clients see one word for all steps of creation") {
    for (const VmState state :
         {VmState::pre_create, VmState::creating_domain, VmState::creating_devices, VmState::created}) {
        CHECK(shown_as(state) == "creating");
        CHECK(is_creating(state));
    }
    CHECK(shown_as(VmState::shutdowning) == "stopping");
    CHECK_FALSE(is_creating(VmState::running));
}

TEST_CASE("a machine that is down or waits for its restart does not run") {
    CHECK_FALSE(is_running(VmState::shutdown));
    CHECK_FALSE(is_running(VmState::rebooted));
    CHECK(is_running(VmState::paused));
    CHECK(is_running(VmState::creating_domain));
}
