#pragma once
// How refusals travel between a monitor and its callers: the message reads "<word>: <cause>". One table serves both
// directions. The first nine words are what callers of the retired monitor knew; the others are ours.

#include "base/failure.hpp"

#include <string>
#include <string_view>

namespace xm::connect {

// The monitor's side. A failure without a word of its own becomes "exception:<text>".
std::string monitor_message(const Failure& failure);

// The caller's side: the first word of the table that occurs anywhere in the message decides the error.
[[noreturn]] void throw_monitor_error(const std::string& object, std::string_view untrusted_message);

}    // namespace xm::connect
