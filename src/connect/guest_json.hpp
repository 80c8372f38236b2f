#pragma once
// GuestSpec and MonitorFacts as JSON text, the form in which they travel between xenmgr and a monitor. Reading is
// strict: a member that is unknown, of the wrong type or out of range fails with errors::bad_json and names
// the member ("disks[1].mode: expected one of r, w"). Members that are absent keep their default.

#include "model/guest_spec.hpp"
#include "model/monitor_facts.hpp"

#include <string>
#include <string_view>

namespace xm::connect {

std::string to_json(const model::GuestSpec& spec);    // std::optional members only if set; one line
std::string to_json(const model::MonitorFacts& facts);

model::GuestSpec guest_spec_from_json(std::string_view untrusted_text);
model::MonitorFacts monitor_facts_from_json(std::string_view untrusted_text);

// Sixteen hexadecimal digits that change when any member changes. Not a cryptographic digest.
std::string spec_digest(const model::GuestSpec& spec);

}    // namespace xm::connect
