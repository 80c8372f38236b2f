#pragma once
// D-Bus values that are not plain C++ types. Type strings: D-Bus specification, "Type System".

#include "base/fd.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace xm::bus {

struct ObjectPath : std::string {
    using std::string::string;
    explicit ObjectPath(std::string path) : std::string{std::move(path)} {}
};

struct Signature : std::string {
    using std::string::string;
    explicit Signature(std::string text) : std::string{std::move(text)} {}
};

// A file descriptor that travels in a message; copies share it, the last one closes it.
class UnixFd {
public:
    UnixFd() = default;
    explicit UnixFd(Fd fd) : fd_{std::make_shared<Fd>(std::move(fd))} {}
    int get() const { return fd_ ? fd_->get() : -1; }
    auto operator<=>(const UnixFd& other) const { return get() <=> other.get(); }
    bool operator==(const UnixFd& other) const { return get() == other.get(); }

private:
    std::shared_ptr<Fd> fd_;
};

// Any D-Bus value. Containers hold their elements in order: arrays and structs one per element, a dictionary entry
// is a Variant of signature "{kv}" with two elements, a nested variant is signature "v" with one element.
struct Variant {
    std::string signature;    // exactly one complete type
    std::variant<bool, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t,
                 std::uint64_t, double, std::string, UnixFd, std::vector<Variant>>
        value;    // s, o and g are std::string

    bool operator==(const Variant&) const = default;
    auto operator<=>(const Variant& other) const { return signature <=> other.signature; }
};

// Who called: filled in by the bus, never by the caller.
struct Caller {
    std::string sender;    // unique bus name, ":1.42"
};

}    // namespace xm::bus
