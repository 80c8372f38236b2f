// com.example.toy: calls to an object elsewhere. Made by rpcgen from com.example.toy.xml; change that file, not this one.

#include "gen/toy_client.hpp"

#include <utility>

namespace xm::gen::toy {

boost::asio::awaitable<std::tuple<bool, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, double, std::string, bus::ObjectPath, bus::Signature>> Client::echo_basic(bool flag, std::uint8_t byte, std::int16_t small, std::uint16_t small_unsigned, std::int32_t int_, std::uint32_t unsigned_, std::int64_t large, std::uint64_t large_unsigned, double real, std::string text, bus::ObjectPath path, bus::Signature arg11, bus::Deadline deadline) {
    return bus::call_for_several<std::tuple<bool, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, double, std::string, bus::ObjectPath, bus::Signature>>(peer_, { "com.example.toy", "echo_basic" }, deadline, std::move(flag), std::move(byte), std::move(small), std::move(small_unsigned), std::move(int_), std::move(unsigned_), std::move(large), std::move(large_unsigned), std::move(real), std::move(text), std::move(path), std::move(arg11));
}

boost::asio::awaitable<std::tuple<std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>>, std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>>, std::vector<std::vector<bool>>>> Client::echo_nested(std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>> tree, std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>> facts, std::vector<std::vector<bool>> flags, bus::Deadline deadline) {
    return bus::call_for_several<std::tuple<std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>>, std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>>, std::vector<std::vector<bool>>>>(peer_, { "com.example.toy", "echo_nested" }, deadline, std::move(tree), std::move(facts), std::move(flags));
}

boost::asio::awaitable<std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant>> Client::echo_struct(std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant> point, bus::Deadline deadline) {
    return bus::call<std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant>>(peer_, { "com.example.toy", "echo_struct" }, deadline, std::move(point));
}

boost::asio::awaitable<std::uint64_t> Client::length_of(bus::UnixFd file, bus::Deadline deadline) {
    return bus::call<std::uint64_t>(peer_, { "com.example.toy", "length_of" }, deadline, std::move(file));
}

boost::asio::awaitable<void> Client::delete_(bus::Deadline deadline) {
    return bus::call<void>(peer_, { "com.example.toy", "delete" }, deadline);
}

bus::Subscription Client::on_moved(std::function<void(std::tuple<double, double>, std::map<std::string, std::string>)> handler) {
    return bus::subscribe(peer_, { "com.example.toy", "moved" }, std::move(handler));
}

bus::Subscription Client::on_broken(std::function<void()> handler) {
    return bus::subscribe(peer_, { "com.example.toy", "broken" }, std::move(handler));
}

}  // namespace xm::gen::toy
