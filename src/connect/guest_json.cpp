#include "connect/guest_json.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <concepts>
#include <limits>
#include <set>

namespace xm::connect {
namespace {

using Json = nlohmann::json;

template <class T>
concept Visitable = requires(T& object) { visit_fields(object, [](const char*, auto&) {}); };

// Writing: one overload per kind of member.

Json write(bool value) { return value; }
Json write(int value) { return value; }
Json write(std::int64_t value) { return value; }
Json write(const std::string& value) { return value; }

template <model::Worded E>
Json write(E value) {
    return model::word(value);
}

template <Visitable T>
Json write(const T& object);

template <class T>
Json write(const std::vector<T>& values) {
    Json result = Json::array();
    for (const T& value : values)
        result.push_back(write(value));
    return result;
}

template <class T>
void write_member(Json& into, const char* name, const T& value) {
    into[name] = write(value);
}

template <class T>
void write_member(Json& into, const char* name, const std::optional<T>& value) {
    if (value) into[name] = write(*value);
}

template <Visitable T>
Json write(const T& object) {
    Json result = Json::object();
    visit_fields(object, [&](const char* name, const auto& member) { write_member(result, name, member); });
    return result;
}

// Guests' names and paths may hold any bytes: what is not UTF-8 is replaced, never thrown over.
std::string render(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// Reading: `where` is the path of the member for the error text.

[[noreturn]] void refuse(const std::string& where, std::string_view expected) {
    fail(errors::bad_json, where, "expected {}", expected);
}

void read(const Json& from, bool& into, const std::string& where) {
    if (!from.is_boolean()) refuse(where, "true or false");
    into = from.get<bool>();
}

template <std::signed_integral T>
void read(const Json& from, T& into, const std::string& where) {
    if (!from.is_number_integer()) refuse(where, "an integer");
    const bool too_big =
        from.is_number_unsigned() && from.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<T>::max()};
    if (too_big || (!from.is_number_unsigned() && from.get<std::int64_t>() < std::numeric_limits<T>::min()))
        refuse(where, fmt::format("an integer of {} bits", sizeof(T) * 8));
    into = from.get<T>();
}

void read(const Json& from, std::string& into, const std::string& where) {
    if (!from.is_string()) refuse(where, "a string");
    into = from.get<std::string>();
    if (into.find('\0') != std::string::npos) refuse(where, "a string without NUL");
}

template <model::Worded E>
void read(const Json& from, E& into, const std::string& where) {
    const auto value = from.is_string() ? model::parse_word<E>(from.get_ref<const std::string&>()) : std::nullopt;
    if (!value) refuse(where, fmt::format("one of {}", fmt::join(model::Words<E>::words, ", ")));
    into = *value;
}

template <Visitable T>
void read(const Json& from, T& into, const std::string& where);

template <class T>
void read(const Json& from, std::vector<T>& into, const std::string& where) {
    if (!from.is_array()) refuse(where, "an array");
    into.clear();
    for (const Json& element : from) {
        const std::string place = fmt::format("{}[{}]", where, into.size());
        read(element, into.emplace_back(), place);
    }
}

template <class T>
void read(const Json& from, std::optional<T>& into, const std::string& where) {
    read(from, into.emplace(), where);
}

template <Visitable T>
void read(const Json& from, T& into, const std::string& where) {
    if (!from.is_object()) refuse(where, "an object");
    std::set<std::string, std::less<>> unknown;
    for (const auto& item : from.items())
        unknown.insert(item.key());
    visit_fields(into, [&](const char* name, auto& member) {
        if (unknown.erase(name) != 0) read(from.at(name), member, where.empty() ? name : where + "." + name);
    });
    if (!unknown.empty()) fail(errors::bad_json, where, "unknown member {}", text::escaped(*unknown.begin(), 60));
}

template <class T>
T parse(std::string_view untrusted_text, const char* what) {
    const Json json = Json::parse(untrusted_text, nullptr, false);
    if (json.is_discarded()) fail(errors::bad_json, what, "not JSON text");
    T result;
    read(json, result, "");
    return result;
}

}    // namespace

std::string to_json(const model::GuestSpec& spec) { return render(write(spec)); }
std::string to_json(const model::MonitorFacts& facts) { return render(write(facts)); }

model::GuestSpec guest_spec_from_json(std::string_view untrusted_text) {
    return parse<model::GuestSpec>(untrusted_text, "guest spec");
}

model::MonitorFacts monitor_facts_from_json(std::string_view untrusted_text) {
    return parse<model::MonitorFacts>(untrusted_text, "monitor facts");
}

std::string spec_digest(const model::GuestSpec& spec) {
    std::uint64_t hash = 0xcbf29ce484222325;    // FNV-1a
    for (const char byte : to_json(spec))
        hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3;
    return fmt::format("{:016x}", hash);
}

}    // namespace xm::connect
