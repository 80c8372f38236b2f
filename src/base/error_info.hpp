#pragma once
// One row of the error catalogue. The rows themselves are generated from idl/errors.xml into
// gen/errors.hpp (namespace xm::errors), so that code, documentation and texts cannot drift apart.

#include <string_view>

namespace xm {

struct ErrorInfo {
    int code;                      // number that clients parse; 0: none, the text starts with the symbol
    std::string_view symbol;       // stable name, lower case with underscores: "vm_running"
    std::string_view dbus_name;    // error name on the wire; domain errors share ...Error.Failed
    std::string_view remedy;       // what the caller can do about it, one sentence
};

}    // namespace xm
