#pragma once
// Dispatch table of one D-Bus interface, as rpcgen writes it, and the object that families serve with it.

#include "base/idl.hpp"
#include "bus/message.hpp"
#include "bus/types.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <span>

namespace xm::bus {

struct Interface {
    const idl::Interface* schema;    // names, signatures, access; indices below are positions in it
    const char* introspection;       // <interface ...>...</interface>, documentation included

    // Reads the arguments from `call`, runs the method and writes its results into the reply that `results` makes.
    // `self` is the generated Server of this interface. Argument signature was checked before.
    using Invoke = boost::asio::awaitable<void> (*)(void* self, std::size_t method, Reader call, Caller caller,
                                                    class Reply& reply);
    Invoke invoke;    // null if the interface has no methods

    void (*get)(const void* self, std::size_t property, Writer& into);    // null if no properties
    boost::asio::awaitable<void> (*set)(void* self, std::size_t property, Variant value, Caller caller);
};

// One interface of one object: the table, and the object as the Server type that the table expects.
struct Face {
    const Interface* interface;
    void* self;
};

// What a family hands out for one call. Short-lived: made by Directory::find, kept until the call is answered.
class Object {
public:
    virtual ~Object() = default;
    virtual std::span<const Face> faces() = 0;    // in IDL order; the first that knows a member wins
};

// A method's answer: made only when the method has succeeded.
class Reply {
public:
    virtual ~Reply() = default;
    virtual Writer results() = 0;    // call once, then write the out arguments in order
};

}    // namespace xm::bus
