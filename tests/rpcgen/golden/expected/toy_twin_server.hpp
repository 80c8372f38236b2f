// com.example.toy.twin: what an implementation has to provide. Made by rpcgen from com.example.toy.twin.xml; change that file, not this one.
#pragma once

#include "bus/connection.hpp"
#include "bus/interface.hpp"
#include "bus/message.hpp"
#include "bus/types.hpp"
#include "gen/toy_twin_schema.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace xm::gen::toy_twin {

class Server {
public:
    virtual ~Server() = default;

    // Writes exactly one value, of the property's type. Never waits.
    virtual void get(Property property, bus::Writer& into) const = 0;
    // The value has the property's type and the property may be written: both were checked before.
    virtual boost::asio::awaitable<void> set(Property property, bus::Variant value, bus::Caller caller) = 0;
};

// The dispatch table, and the table together with an object for bus::Object::faces.
const bus::Interface& interface();
bus::Face face(Server& server);

}  // namespace xm::gen::toy_twin
