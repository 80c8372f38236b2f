// Every failure that a service of this project reports. Made by rpcgen from errors.xml; change that file, not this one.
#pragma once

#include "base/error_info.hpp"

#include <string_view>

namespace xm::errors {

inline constexpr ErrorInfo flat_battery{ 1, "flat_battery", "org.freedesktop.DBus.Error.Failed", "Charge it." };
inline constexpr ErrorInfo lost{ 0, "lost", "com.example.toy.Error.Lost", "Look under the \"bed\"." };

// For documentation and tests; `meaning` never travels.
struct Entry {
    const ErrorInfo* info;
    std::string_view meaning;
    bool reserved;    // the number is taken, nothing reports it today
};

inline constexpr Entry all[] = {
    { &flat_battery, "The toy stands still.", false },
    { &lost, "Nobody knows where it is.", true },
};

}  // namespace xm::errors
