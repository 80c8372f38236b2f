#pragma once
// One stored setting, as the tables of VM, disk, NIC and host properties declare it: where it lives, how its value is
// written as text, what is allowed, what holds when nothing is stored. The functions here are the only ones that turn
// stored text into values and back.

#include "base/error_info.hpp"
#include "base/value.hpp"
#include "xenmgr/config/config_tree.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace xm::xenmgr {

enum class Kind : std::uint8_t { boolean, integer, long_integer, text, texts };

constexpr Kind kind_of(std::string_view signature) {
    if (signature == "b") return Kind::boolean;
    if (signature == "i") return Kind::integer;
    if (signature == "x") return Kind::long_integer;
    if (signature == "as" || signature == "ao") return Kind::texts;
    return Kind::text;
}

// How a value is stored.
enum class Form : std::uint8_t {
    plain,                // text as is, decimal, true/false
    trimmed,              // text without blanks around it
    absent_if_empty,      // an empty text removes the key
    absent_if_false,      // false removes the key
    absent_if_none,       // the word "none" removes the key and is read when there is none
    positive,             // stored numbers <= 0 count as unset; setting one removes the key
    inverted,             // true is stored as false
    inverted_if_false,    // true removes the key, false is stored as true
    lines,                // list 0, 1, ... below the key; the property joins it with semicolons
    seconds,              // the property is in milliseconds, stored are decimal seconds
};

// What a text may contain. Texts that reach a domain configuration must not be able to add lines to it.
enum class Chars : std::uint8_t {
    any,       // everything but NUL
    line,      // no control characters
    quoted,    // a line without single quotes
    path,      // the same, and an absolute path, or nothing: each process has a folder of its own
    node,      // the name of a node of xenstore, or nothing
};

// When a property may be written, and when the new value counts. Nothing is refused because a VM runs: what a running
// VM cannot take in waits for its next start.
enum class When : std::uint8_t {
    next_start,    // at any time; counts when the VM starts or reboots
    now,           // at any time; counts at once
    never,         // only the manager itself changes it
};

struct Range {
    std::int32_t low = std::numeric_limits<std::int32_t>::min();
    std::int32_t high = std::numeric_limits<std::int32_t>::max();
};

using Words = std::span<const std::string_view>;
using Fallback = std::variant<std::monostate, bool, std::int32_t, std::string_view>;    // monostate: false, 0, empty

struct Setting {
    std::string_view key{};    // empty: not stored
    Fallback fallback{};
    Form form = Form::plain;
    Chars chars = Chars::any;
    Words words{};    // empty: any
    Range range{};
};

// For the tables' static_asserts: a fallback is of the kind that the interface declares, and only kinds that have a
// stored form have a key.
constexpr bool fits(const Setting& setting, Kind kind) {
    switch (kind) {
        case Kind::boolean:
            return setting.fallback.index() <= 1;
        case Kind::integer:
            return setting.fallback.index() == 0 || std::holds_alternative<std::int32_t>(setting.fallback);
        case Kind::text:
            return setting.fallback.index() == 0 || std::holds_alternative<std::string_view>(setting.fallback);
        case Kind::long_integer:
        case Kind::texts:
            return setting.key.empty();
    }
    return false;
}

// Nothing stored, or text that does not fit the kind: the fallback. One damaged value must not hide the others.
Value read(const Setting& setting, Kind kind, const ConfigTree& tree, std::string_view key);
std::optional<Value> read_stored(const Setting& setting, Kind kind, const ConfigTree& tree, std::string_view key);
Value fallback_value(const Setting& setting, Kind kind);

// What is wrong with the value, in words that say what is allowed; nothing if it is fine.
std::optional<std::string> complaint(const Setting& setting, Kind kind, const Value& value);

// The same as a Failure: "<object>: property <name> = <value> <complaint>".
void require_valid(const Setting& setting, Kind kind, const Value& value, std::string_view property,
                   std::string_view object, const ErrorInfo& refusal);

// The change that stores a value that has no complaint: nothing if it is stored already, and config_changed only when
// something is written (a removal is silent).
Change plan_write(const Setting& setting, const ConfigTree& tree, std::string_view key, const Value& value);
Change plan_list(const ConfigTree& tree, std::string_view key, const StringList& list);

std::string shown(const Value& value);    // for messages and logs, escaped

}    // namespace xm::xenmgr
