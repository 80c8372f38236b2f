#include "xenvm/command_args.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

namespace xm::xenvm {
namespace {

constexpr std::int64_t longest_seconds = 7 * 24 * 3600;

}    // namespace

std::string CommandArgs::text(std::string_view name) const {
    const auto found = values_.find(std::string{name});
    if (found == values_.end() || found->second.empty())
        fail(errors::invalid_arguments, std::string{name}, "is missing");
    return found->second;
}

std::string CommandArgs::text(std::string_view name, std::string_view fallback) const {
    const auto found = values_.find(std::string{name});
    return found == values_.end() ? std::string{fallback} : found->second;
}

bool CommandArgs::flag(std::string_view name, bool fallback) const {
    const auto found = values_.find(std::string{name});
    if (found == values_.end()) return fallback;
    const auto value = text::parse_bool(found->second);
    if (!value) fail(errors::invalid_arguments, std::string{name}, "expected true or false");
    return *value;
}

std::string CommandArgs::path(std::string_view name) const {
    std::string value = text(name);
    if (!value.starts_with('/'))
        fail(errors::invalid_arguments, std::string{name}, "{} where the full path of a file is expected",
             text::escaped(value, 80));
    return value;
}

std::int64_t CommandArgs::number(std::string_view name, std::int64_t most) const {
    const auto value = text::parse_number<std::int64_t>(text(name));
    if (!value || *value < 0) fail(errors::invalid_arguments, std::string{name}, "expected a decimal number");
    if (*value > most) fail(errors::invalid_arguments, std::string{name}, "more than {}", most);
    return *value;
}

std::chrono::milliseconds CommandArgs::seconds(std::string_view name, std::chrono::seconds fallback) const {
    if (!has(name)) return fallback;
    return std::chrono::seconds{number(name, longest_seconds)};
}

}    // namespace xm::xenvm
