// com.example.toy: what an implementation has to provide. Made by rpcgen from com.example.toy.xml; change that file, not this one.
#pragma once

#include "bus/connection.hpp"
#include "bus/interface.hpp"
#include "bus/message.hpp"
#include "bus/types.hpp"
#include "gen/toy_schema.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace xm::gen::toy {

// Every type of D-Bus, once in each direction.
class Server {
public:
    virtual ~Server() = default;

    // Answers with what it was given, <unchanged>.
    virtual boost::asio::awaitable<std::tuple<bool, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, double, std::string, bus::ObjectPath, bus::Signature>> echo_basic(bool flag, std::uint8_t byte, std::int16_t small, std::uint16_t small_unsigned, std::int32_t int_, std::uint32_t unsigned_, std::int64_t large, std::uint64_t large_unsigned, double real, std::string text, bus::ObjectPath path, bus::Signature arg11, bus::Caller caller) = 0;

    virtual boost::asio::awaitable<std::tuple<std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>>, std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>>, std::vector<std::vector<bool>>>> echo_nested(std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>> tree, std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>> facts, std::vector<std::vector<bool>> flags, bus::Caller caller) = 0;

    virtual boost::asio::awaitable<std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant>> echo_struct(std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant> point, bus::Caller caller) = 0;

    // Size of an open file.
    // Its position does not matter.
    virtual boost::asio::awaitable<std::uint64_t> length_of(bus::UnixFd file, bus::Caller caller) = 0;

    virtual boost::asio::awaitable<void> delete_(bus::Caller caller) = 0;

    // Writes exactly one value, of the property's type. Never waits.
    virtual void get(Property property, bus::Writer& into) const = 0;
    // The value has the property's type and the property may be written: both were checked before.
    virtual boost::asio::awaitable<void> set(Property property, bus::Variant value, bus::Caller caller) = 0;
};

// The dispatch table, and the table together with an object for bus::Object::faces.
const bus::Interface& interface();
bus::Face face(Server& server);

// The toy is somewhere else.
void emit_moved(bus::Connection& connection, const std::string& object, const std::tuple<double, double>& where, const std::map<std::string, std::string>& labels);

void emit_broken(bus::Connection& connection, const std::string& object);

}  // namespace xm::gen::toy
