// com.example.toy.twin: calls to an object elsewhere. Made by rpcgen from com.example.toy.twin.xml; change that file, not this one.
#pragma once

#include "bus/client.hpp"
#include "gen/toy_twin_schema.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace xm::gen::toy_twin {

// C++ type of each property.
template <Property>
struct PropertyType;
template <> struct PropertyType<Property::max_speed> { using type = std::int32_t; };

// Calls never block; each ends with the answer, with a Failure, or with errors::timed_out after its deadline.
// The client must outlive its calls.
class Client {
public:
    Client(bus::Connection& connection, std::string service, std::string object)
        : peer_{connection, std::move(service), std::move(object)} {}

    template <Property property>
    boost::asio::awaitable<typename PropertyType<property>::type> get(bus::Deadline deadline = bus::usual_deadline) {
        return bus::get_property<typename PropertyType<property>::type>(peer_, name_of(property), deadline);
    }

    template <Property property>
    boost::asio::awaitable<void> set(typename PropertyType<property>::type value, bus::Deadline deadline = bus::usual_deadline) {
        return bus::set_property(peer_, name_of(property), std::move(value), deadline);
    }

private:
    static bus::Member name_of(Property property) {
        return {interface_name.data(), properties[static_cast<std::size_t>(property)].name.data()};
    }

    bus::Peer peer_;
};

}  // namespace xm::gen::toy_twin
