#pragma once
// Typed reading and writing of sd-bus messages. Writer and Reader do not own the message.
// A body that does not match what is asked for throws Failure (errors::invalid_arguments).

#include "bus/types.hpp"

#include <systemd/sd-bus.h>

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace xm::bus {

// D-Bus type string of a C++ type, built at compile time where it is used.
template <class T>
std::string signature_of();

class Writer {
public:
    explicit Writer(sd_bus_message* message) : message_{message} {}

    void put(bool value);
    void put(std::uint8_t value);
    void put(std::int16_t value);
    void put(std::uint16_t value);
    void put(std::int32_t value);
    void put(std::uint32_t value);
    void put(std::int64_t value);
    void put(std::uint64_t value);
    void put(double value);
    void put(const char* value);
    void put(const std::string& value) { put(value.c_str()); }
    void put(const ObjectPath& value);
    void put(const Signature& value);
    void put(const UnixFd& value);
    void put(const Variant& value);            // as type v
    void put_content(const Variant& value);    // the value itself, without the variant around it
    template <class T>
    void put(const std::vector<T>& values);
    template <class K, class V>
    void put(const std::map<K, V>& values);
    template <class... T>
    void put(const std::tuple<T...>& values);

    void open(char type, const char* contents);    // 'a', 'v', 'r', 'e'
    void close();

    sd_bus_message* message() const { return message_; }

private:
    sd_bus_message* message_;
};

class Reader {
public:
    explicit Reader(sd_bus_message* message) : message_{message} {}

    void get(bool& value);
    void get(std::uint8_t& value);
    void get(std::int16_t& value);
    void get(std::uint16_t& value);
    void get(std::int32_t& value);
    void get(std::uint32_t& value);
    void get(std::int64_t& value);
    void get(std::uint64_t& value);
    void get(double& value);
    void get(std::string& value);
    void get(ObjectPath& value);
    void get(Signature& value);
    void get(UnixFd& value);
    void get(Variant& value);    // type v: yields the content, not a Variant around it
    template <class T>
    void get(std::vector<T>& values);
    template <class K, class V>
    void get(std::map<K, V>& values);
    template <class... T>
    void get(std::tuple<T...>& values);

    template <class T>
    T take() {
        T value{};
        get(value);
        return value;
    }

    Variant get_content();    // the next complete value, whatever it is
    bool at_end();            // nothing left in the current container

    void enter(char type, const char* contents);
    void leave();

    sd_bus_message* message() const { return message_; }

private:
    sd_bus_message* message_;
};

}    // namespace xm::bus

#include "bus/message_inl.hpp"
