#include "xec/options.hpp"

#include "base/failure.hpp"
#include "xec/failures.hpp"
#include "xec/terminal.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace xm::xec {
namespace {

using O = Options;

// clang-format off
constexpr OptionRow xec_rows[] = {
    {"-s", "--service",         "NAME",    "bus name of the service (com.citrix.xenclient.xenmgr)",         &O::service},
    {"-o", "--object",          "PATH",    "object to talk to (/)",                                         &O::object},
    {"-i", "--interface",       "NAME",    "only this interface (else the first that has the member)",      &O::interface},
    {"-g", "--get",             "P",       "same as the command get P",                                     &O::get},
    {"-x", "--set",             "P V",     "same as the command set P V",                                   &O::set},
    {"-t", "--target-domid",    "DOMID",   "bus of another domain: not supported by this build",            &O::target},
    {"",   "--session",         "",        "session bus instead of the system bus",                         &O::session},
    {"",   "--list-interfaces", "",        "names of the object's interfaces",                              &O::list_interfaces},
    {"",   "--list-methods",    "",        "names of the object's methods",                                 &O::list_methods},
    {"",   "--list-properties", "",        "names of the object's properties",                              &O::list_properties},
    {"",   "--json",            "",        "print values and errors as JSON",                               &O::json},
    {"",   "--raw",             "",        "print bytes and texts unchanged, even to a terminal",           &O::raw},
    {"",   "--wait",            "[=STATE]", "after a call on a VM, wait until it has reached STATE",        &O::wait},
    {"",   "--timeout",         "SECONDS", "limit for the call and for --wait (120)",                       &O::timeout},
    {"-q", "--query",           "",        "do not note the call in the system log",                        &O::quiet},
    {"-h", "--help",            "",        "this text",                                                     &O::help},
};

constexpr OptionRow vm_rows[] = {
    {"-n", "--name",       "NAME",  "the VM of that name",                           &O::vm_name},
    {"-u", "--uuid",       "UUID",  "the VM of that uuid",                           &O::vm_uuid},
    {"-d", "--domid",      "DOMID", "the VM that runs as that domain",               &O::vm_domid},
    {"-o", "--object",     "PATH",  "the VM at that object path",                    &O::vm_object},
    {"",   "--path",       "PATH",  "same as --object",                              &O::vm_object},
    {"-k", "--disk",       "ID",    "work on that disk of the VM",                   &O::disk},
    {"-c", "--nic",        "ID",    "work on that network card of the VM",           &O::nic},
    {"",   "--list-disks", "",      "object paths of the VM's disks",                &O::list_disks},
    {"",   "--list-nics",  "",      "object paths of the VM's network cards",        &O::list_nics},
};
// clang-format on

constexpr double longest_timeout_s = 365.0 * 24 * 3600;

// Left to right over the arguments; take() stores one option with what belongs to it.
class CommandLine {
public:
    explicit CommandLine(std::span<const char* const> arguments) : rest_{arguments} {}

    Options parse(std::span<const OptionRow> first, std::span<const OptionRow> second);

private:
    const OptionRow* find(std::string_view name, std::span<const OptionRow> first, std::span<const OptionRow> second);
    bool take(const OptionRow& row, std::optional<std::string> attached);
    bool store(bool Options::* field, std::optional<std::string>& attached);
    bool store(std::optional<std::string> Options::* field, std::optional<std::string>& attached);
    bool store(std::optional<PropertyValue> Options::* field, std::optional<std::string>& attached);
    void next() { rest_ = rest_.subspan(1); }

    std::span<const char* const> rest_;
    Options options_;
};

Options CommandLine::parse(std::span<const OptionRow> first, std::span<const OptionRow> second) {
    while (!rest_.empty()) {
        const std::string_view word = rest_[0];
        if (word == "--") {
            next();
            break;
        }
        if (!word.starts_with('-') || word == "-") break;
        const auto equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
        const auto* row = find(word.substr(0, equals), first, second);
        if (row == nullptr) fail(failures::usage, "", "unknown option '{}'", quotable(word));
        next();
        std::optional<std::string> attached;
        if (equals != std::string_view::npos) attached = word.substr(equals + 1);
        if (!take(*row, std::move(attached))) return options_;
    }
    options_.words.assign(rest_.begin(), rest_.end());
    return options_;
}

const OptionRow* CommandLine::find(std::string_view name, std::span<const OptionRow> first,
                                   std::span<const OptionRow> second) {
    for (const auto rows : {first, second})
        for (const auto& row : rows)
            if (name == row.short_name || name == row.long_name) return &row;
    return nullptr;
}

// False: the option's argument is missing, which ends the parsing.
bool CommandLine::take(const OptionRow& row, std::optional<std::string> attached) {
    const bool optional_argument = row.arguments.starts_with("[=");
    if (optional_argument && !attached) attached = "";
    return std::visit([&](auto field) { return store(field, attached); }, row.field);
}

bool CommandLine::store(bool Options::* field, std::optional<std::string>&) { return options_.*field = true; }

bool CommandLine::store(std::optional<std::string> Options::* field, std::optional<std::string>& attached) {
    if (!attached) {
        if (rest_.empty()) return false;
        attached = rest_[0];
        next();
    }
    if (!(options_.*field)) options_.*field = std::move(attached);
    return true;
}

bool CommandLine::store(std::optional<PropertyValue> Options::* field, std::optional<std::string>& attached) {
    if (!attached) {
        if (rest_.empty()) return false;
        attached = rest_[0];
        next();
    }
    if (rest_.empty()) return false;
    if (!(options_.*field)) options_.*field = PropertyValue{*attached, rest_[0]};
    next();
    return true;
}

}    // namespace

std::span<const OptionRow> xec_options() { return xec_rows; }
std::span<const OptionRow> vm_options() { return vm_rows; }

Options parse_options(std::span<const char* const> arguments, std::span<const OptionRow> first,
                      std::span<const OptionRow> second) {
    return CommandLine{arguments}.parse(first, second);
}

bool mentions_json(std::span<const char* const> arguments) {
    return std::ranges::find(arguments, std::string_view{"--json"}) != arguments.end();
}

Words requested(const Options& options) {
    if (options.list_interfaces) return {"--list-interfaces"};
    if (options.list_methods) return {"--list-methods"};
    if (options.list_properties) return {"--list-properties"};
    if (options.get) return {"get", *options.get};
    if (options.set) return {"set", options.set->first, options.set->second};
    if (options.words.empty()) return {""};
    return options.words;
}

std::chrono::microseconds timeout_of(const Options& options) {
    if (!options.timeout) return std::chrono::seconds{120};
    const auto& text = *options.timeout;
    double seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool number = error == std::errc{} && end == text.data() + text.size();
    if (!number || !(seconds > 0) || seconds > longest_timeout_s)
        fail(failures::bad_value, "--timeout", "expected a positive number of seconds, but here is '{}'",
             quotable(text));
    return std::chrono::microseconds{std::llround(seconds * 1e6)};
}

std::string options_help(std::span<const OptionRow> rows, std::span<const OptionRow> hidden) {
    std::string help;
    for (const auto& row : rows) {
        if (std::ranges::find(hidden, row.long_name, &OptionRow::long_name) != hidden.end()) continue;
        std::string names = row.short_name.empty() ? "    " : std::string{row.short_name} + ", ";
        names += row.long_name;
        if (!row.arguments.empty() && !row.arguments.starts_with('[')) names += ' ';
        names += row.arguments;
        help += "  " + pad_right(names, 28) + " " + std::string{row.help} + "\n";
    }
    return help;
}

}    // namespace xm::xec
