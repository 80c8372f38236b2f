#pragma once
// Which types a method's arguments have, from what a service says about itself (D-Bus specification, "Introspection
// Data Format"). Pure: who asks a service, and how long to wait for it, is decided elsewhere.

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

// Of the interfaces that the specification itself describes: nobody needs to be asked.
std::optional<std::string_view> standard_signature(std::string_view interface, std::string_view member);

// The methods of one object: interface and name, with the signature of what goes in.
class Methods {
public:
    // Of a text that is longer than 256 KiB or is no XML: no methods. Document types are skipped, entities stay as they
    // are written. Methods whose types make no valid signature are left out.
    static Methods parse(std::string_view untrusted_xml);

    std::optional<std::string_view> signature(std::string_view interface, std::string_view member) const;

private:
    using Members = std::map<std::string, std::string, std::less<>>;    // name to signature
    std::map<std::string, Members, std::less<>> interfaces_;
};

// What services said, as long as they run.
class SignatureCache {
public:
    explicit SignatureCache(std::size_t objects = 64) : limit_{objects} {}

    // owner: unique name of the service. Null: it was not asked, or that is long ago. Valid until the next change.
    const Methods* find(std::string_view owner, std::string_view path) const;

    void store(std::string_view owner, std::string_view path, Methods methods);    // the oldest may go
    void forget(std::string_view owner);                                           // it left the bus

private:
    struct Object {
        std::string owner, path;
        Methods methods;
    };
    std::size_t limit_;
    std::deque<Object> objects_;    // oldest first
};

}    // namespace xm::rpcproxy
