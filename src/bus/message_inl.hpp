#pragma once
// Templates of bus/message.hpp: containers written and read element by element.

#include <type_traits>

namespace xm::bus {
namespace detail {

template <class T>
struct TypeString;
template <>
struct TypeString<bool> {
    static std::string text() { return "b"; }
};
template <>
struct TypeString<std::uint8_t> {
    static std::string text() { return "y"; }
};
template <>
struct TypeString<std::int16_t> {
    static std::string text() { return "n"; }
};
template <>
struct TypeString<std::uint16_t> {
    static std::string text() { return "q"; }
};
template <>
struct TypeString<std::int32_t> {
    static std::string text() { return "i"; }
};
template <>
struct TypeString<std::uint32_t> {
    static std::string text() { return "u"; }
};
template <>
struct TypeString<std::int64_t> {
    static std::string text() { return "x"; }
};
template <>
struct TypeString<std::uint64_t> {
    static std::string text() { return "t"; }
};
template <>
struct TypeString<double> {
    static std::string text() { return "d"; }
};
template <>
struct TypeString<std::string> {
    static std::string text() { return "s"; }
};
template <>
struct TypeString<ObjectPath> {
    static std::string text() { return "o"; }
};
template <>
struct TypeString<Signature> {
    static std::string text() { return "g"; }
};
template <>
struct TypeString<UnixFd> {
    static std::string text() { return "h"; }
};
template <>
struct TypeString<Variant> {
    static std::string text() { return "v"; }
};
template <class T>
struct TypeString<std::vector<T>> {
    static std::string text() { return "a" + TypeString<T>::text(); }
};
template <class K, class V>
struct TypeString<std::map<K, V>> {
    static std::string entry() { return TypeString<K>::text() + TypeString<V>::text(); }
    static std::string text() { return "a{" + entry() + "}"; }
};
template <class... T>
struct TypeString<std::tuple<T...>> {
    static std::string fields() { return (std::string{} + ... + TypeString<T>::text()); }
    static std::string text() { return "(" + fields() + ")"; }
};

// Computed once for each type.
template <class T>
const std::string& type_string() {
    static const std::string text = TypeString<T>::text();
    return text;
}

}    // namespace detail

template <class T>
std::string signature_of() {
    return detail::type_string<T>();
}

template <class T>
void Writer::put(const std::vector<T>& values) {
    open('a', detail::type_string<T>().c_str());
    for (const auto& value : values)
        put(static_cast<const T&>(value));
    close();
}

template <class K, class V>
void Writer::put(const std::map<K, V>& values) {
    static const std::string entry = detail::TypeString<std::map<K, V>>::entry();
    static const std::string element = "{" + entry + "}";
    open('a', element.c_str());
    for (const auto& [key, value] : values) {
        open('e', entry.c_str());
        put(key);
        put(value);
        close();
    }
    close();
}

template <class... T>
void Writer::put(const std::tuple<T...>& values) {
    static const std::string fields = detail::TypeString<std::tuple<T...>>::fields();
    open('r', fields.c_str());
    std::apply([this](const auto&... field) { (put(field), ...); }, values);
    close();
}

template <class T>
void Reader::get(std::vector<T>& values) {
    values.clear();
    enter('a', detail::type_string<T>().c_str());
    while (!at_end())
        values.push_back(take<T>());
    leave();
}

template <class K, class V>
void Reader::get(std::map<K, V>& values) {
    static const std::string entry = detail::TypeString<std::map<K, V>>::entry();
    static const std::string element = "{" + entry + "}";
    values.clear();
    enter('a', element.c_str());
    while (!at_end()) {
        enter('e', entry.c_str());
        auto key = take<K>();
        values[std::move(key)] = take<V>();
        leave();
    }
    leave();
}

template <class... T>
void Reader::get(std::tuple<T...>& values) {
    static const std::string fields = detail::TypeString<std::tuple<T...>>::fields();
    enter('r', fields.c_str());
    std::apply([this](auto&... field) { (get(field), ...); }, values);
    leave();
}

}    // namespace xm::bus
