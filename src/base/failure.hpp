#pragma once
// The one exception type. A Failure aborts the operation in progress; only bus entries, the runner of
// operations and main() catch it. Its text reads "<code>:<symbol>: <object>: <cause>. <remedy>".

#include "base/error_info.hpp"

#include <fmt/format.h>

#include <exception>
#include <string>
#include <utility>

namespace xm {

class Failure : public std::exception {
public:
    Failure(const ErrorInfo& info, std::string object, std::string cause);

    const char* what() const noexcept override { return text_.c_str(); }
    const ErrorInfo& info() const { return *info_; }
    const std::string& object() const { return object_; }
    const std::string& cause() const { return cause_; }

private:
    const ErrorInfo* info_;
    std::string object_;
    std::string cause_;
    std::string text_;
};

// object: whom it concerns, as a user would name it (a VM's uuid, a file, a D-Bus path); may be empty.
template <class... Args>
[[noreturn]] void fail(const ErrorInfo& info, std::string object, fmt::format_string<Args...> cause, Args&&... args) {
    throw Failure{info, std::move(object), fmt::format(cause, std::forward<Args>(args)...)};
}

}    // namespace xm
