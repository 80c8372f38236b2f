#pragma once
// Parameters of one command, read by name and type. A wrong one fails with errors::invalid_arguments and names it.

#include "base/value.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace xm::xenvm {

class CommandArgs {
public:
    explicit CommandArgs(StringMap values) : values_{std::move(values)} {}

    bool has(std::string_view name) const { return values_.contains(std::string{name}); }
    std::string text(std::string_view name) const;    // mandatory
    std::string text(std::string_view name, std::string_view fallback) const;
    bool flag(std::string_view name, bool fallback) const;
    std::string path(std::string_view name) const;    // mandatory, a full one: nobody here knows the caller's folder
    std::int64_t number(std::string_view name, std::int64_t most) const;    // mandatory, not negative
    std::chrono::milliseconds seconds(std::string_view name, std::chrono::seconds fallback) const;

    const StringMap& values() const { return values_; }

private:
    StringMap values_;
};

}    // namespace xm::xenvm
