#pragma once
// The command line of xec and xec-vm: a table of options, read into one plain struct. Options end at the first word
// that is none; of a repeated option the first counts; an option that lacks its argument counts as absent.

#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace xm::xec {

using Words = std::vector<std::string>;
using PropertyValue = std::pair<std::string, std::string>;

struct Options {
    std::optional<std::string> service, object, interface, get, target, timeout, wait;
    std::optional<PropertyValue> set;
    bool session = false, quiet = false, json = false, raw = false, help = false;
    bool list_interfaces = false, list_methods = false, list_properties = false;

    // xec-vm only
    std::optional<std::string> vm_name, vm_uuid, vm_domid, vm_object, disk, nic;
    bool list_disks = false, list_nics = false;

    Words words;    // from the first word that is no option
};

struct OptionRow {
    std::string_view short_name;    // "-s", may be empty
    std::string_view long_name;     // "--service"
    std::string_view arguments;     // as shown in the help; "[=STATE]": only with an equals sign, may be left out
    std::string_view help;
    std::variant<bool Options::*, std::optional<std::string> Options::*, std::optional<PropertyValue> Options::*> field;
};

std::span<const OptionRow> xec_options();
std::span<const OptionRow> vm_options();    // stand before xec's and hide those of the same name

// Fails with usage on a word that starts with a dash and is no option.
Options parse_options(std::span<const char* const> arguments, std::span<const OptionRow> first,
                      std::span<const OptionRow> second = {});

// Whether errors are to be JSON, even errors in the options themselves.
bool mentions_json(std::span<const char* const> arguments);

// What the options and words ask for, as the words of one command (commands.hpp), in order of precedence.
Words requested(const Options& options);

// --timeout, 120 s if not given. Fails with bad_value if it is no positive number of seconds.
std::chrono::microseconds timeout_of(const Options& options);

// One line for each row, aligned; without the rows that one of `hidden` takes the name from.
std::string options_help(std::span<const OptionRow> rows, std::span<const OptionRow> hidden = {});

}    // namespace xm::xec
