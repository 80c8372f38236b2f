// com.example.toy: calls to an object elsewhere. Made by rpcgen from com.example.toy.xml; change that file, not this one.
#pragma once

#include "bus/client.hpp"
#include "gen/toy_schema.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace xm::gen::toy {

// C++ type of each property.
template <Property>
struct PropertyType;
template <> struct PropertyType<Property::max_speed> { using type = std::int32_t; };
template <> struct PropertyType<Property::colour> { using type = std::string; };
template <> struct PropertyType<Property::parts> { using type = std::vector<std::tuple<std::string, bus::Variant>>; };
template <> struct PropertyType<Property::secret> { using type = std::vector<std::uint8_t>; };

// Every type of D-Bus, once in each direction.
// Calls never block; each ends with the answer, with a Failure, or with errors::timed_out after its deadline.
// The client must outlive its calls.
class Client {
public:
    Client(bus::Connection& connection, std::string service, std::string object)
        : peer_{connection, std::move(service), std::move(object)} {}

    // Answers with what it was given, <unchanged>.
    boost::asio::awaitable<std::tuple<bool, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, double, std::string, bus::ObjectPath, bus::Signature>> echo_basic(bool flag, std::uint8_t byte, std::int16_t small, std::uint16_t small_unsigned, std::int32_t int_, std::uint32_t unsigned_, std::int64_t large, std::uint64_t large_unsigned, double real, std::string text, bus::ObjectPath path, bus::Signature arg11, bus::Deadline deadline = bus::usual_deadline);

    boost::asio::awaitable<std::tuple<std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>>, std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>>, std::vector<std::vector<bool>>>> echo_nested(std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>> tree, std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>> facts, std::vector<std::vector<bool>> flags, bus::Deadline deadline = bus::usual_deadline);

    boost::asio::awaitable<std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant>> echo_struct(std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant> point, bus::Deadline deadline = bus::usual_deadline);

    // Size of an open file.
    // Its position does not matter.
    boost::asio::awaitable<std::uint64_t> length_of(bus::UnixFd file, bus::Deadline deadline = bus::usual_deadline);

    boost::asio::awaitable<void> delete_(bus::Deadline deadline = bus::usual_deadline);

    template <Property property>
    boost::asio::awaitable<typename PropertyType<property>::type> get(bus::Deadline deadline = bus::usual_deadline) {
        return bus::get_property<typename PropertyType<property>::type>(peer_, name_of(property), deadline);
    }

    template <Property property>
    boost::asio::awaitable<void> set(typename PropertyType<property>::type value, bus::Deadline deadline = bus::usual_deadline) {
        return bus::set_property(peer_, name_of(property), std::move(value), deadline);
    }

    // The toy is somewhere else.
    // The handler runs until the subscription is destroyed.
    [[nodiscard]] bus::Subscription on_moved(std::function<void(std::tuple<double, double>, std::map<std::string, std::string>)> handler);

    // The handler runs until the subscription is destroyed.
    [[nodiscard]] bus::Subscription on_broken(std::function<void()> handler);

private:
    static bus::Member name_of(Property property) {
        return {interface_name.data(), properties[static_cast<std::size_t>(property)].name.data()};
    }

    bus::Peer peer_;
};

}  // namespace xm::gen::toy
