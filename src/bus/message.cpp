#include "bus/message.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>

#include <cstring>

namespace xm::bus {
namespace {

void wrote(int result) {
    if (result < 0) fail(errors::internal_error, "", "a D-Bus message could not be built: {}", std::strerror(-result));
}

void got(int result, const char* type) {
    if (result > 0) return;
    fail(errors::invalid_arguments, "", "expected type '{}': {}", type,
         result == 0 ? "nothing left" : std::strerror(-result));
}

}    // namespace

void Writer::put(bool value) {
    const int wire = value ? 1 : 0;
    wrote(sd_bus_message_append_basic(message_, 'b', &wire));
}
void Writer::put(std::uint8_t value) { wrote(sd_bus_message_append_basic(message_, 'y', &value)); }
void Writer::put(std::int16_t value) { wrote(sd_bus_message_append_basic(message_, 'n', &value)); }
void Writer::put(std::uint16_t value) { wrote(sd_bus_message_append_basic(message_, 'q', &value)); }
void Writer::put(std::int32_t value) { wrote(sd_bus_message_append_basic(message_, 'i', &value)); }
void Writer::put(std::uint32_t value) { wrote(sd_bus_message_append_basic(message_, 'u', &value)); }
void Writer::put(std::int64_t value) { wrote(sd_bus_message_append_basic(message_, 'x', &value)); }
void Writer::put(std::uint64_t value) { wrote(sd_bus_message_append_basic(message_, 't', &value)); }
void Writer::put(double value) { wrote(sd_bus_message_append_basic(message_, 'd', &value)); }
void Writer::put(const char* value) { wrote(sd_bus_message_append_basic(message_, 's', value)); }
void Writer::put(const ObjectPath& value) { wrote(sd_bus_message_append_basic(message_, 'o', value.c_str())); }
void Writer::put(const Signature& value) { wrote(sd_bus_message_append_basic(message_, 'g', value.c_str())); }

void Writer::put(const UnixFd& value) {
    const int fd = value.get();
    wrote(sd_bus_message_append_basic(message_, 'h', &fd));
}

void Writer::put(const Variant& value) {
    open('v', value.signature.c_str());
    put_content(value);
    close();
}

void Writer::put_content(const Variant& value) {
    const char type = value.signature.at(0);
    if (const auto* elements = std::get_if<std::vector<Variant>>(&value.value)) {
        if (type == 'v') return put(elements->at(0));
        const std::string inside =
            type == 'a' ? value.signature.substr(1) : value.signature.substr(1, value.signature.size() - 2);
        open(type == '(' ? 'r' : type == '{' ? 'e' : 'a', inside.c_str());
        for (const auto& element : *elements)
            put_content(element);
        return close();
    }
    if (const auto* text = std::get_if<std::string>(&value.value)) {
        wrote(sd_bus_message_append_basic(message_, type, text->c_str()));
        return;
    }
    std::visit(
        [this](const auto& plain) {
            using T = std::decay_t<decltype(plain)>;
            if constexpr (!std::is_same_v<T, std::string> && !std::is_same_v<T, std::vector<Variant>>) put(plain);
        },
        value.value);
}

void Writer::open(char type, const char* contents) { wrote(sd_bus_message_open_container(message_, type, contents)); }
void Writer::close() { wrote(sd_bus_message_close_container(message_)); }

void Reader::get(bool& value) {
    int wire = 0;
    got(sd_bus_message_read_basic(message_, 'b', &wire), "b");
    value = wire != 0;
}
void Reader::get(std::uint8_t& value) { got(sd_bus_message_read_basic(message_, 'y', &value), "y"); }
void Reader::get(std::int16_t& value) { got(sd_bus_message_read_basic(message_, 'n', &value), "n"); }
void Reader::get(std::uint16_t& value) { got(sd_bus_message_read_basic(message_, 'q', &value), "q"); }
void Reader::get(std::int32_t& value) { got(sd_bus_message_read_basic(message_, 'i', &value), "i"); }
void Reader::get(std::uint32_t& value) { got(sd_bus_message_read_basic(message_, 'u', &value), "u"); }
void Reader::get(std::int64_t& value) { got(sd_bus_message_read_basic(message_, 'x', &value), "x"); }
void Reader::get(std::uint64_t& value) { got(sd_bus_message_read_basic(message_, 't', &value), "t"); }
void Reader::get(double& value) { got(sd_bus_message_read_basic(message_, 'd', &value), "d"); }

void Reader::get(std::string& value) {
    const char* text = nullptr;
    got(sd_bus_message_read_basic(message_, 's', &text), "s");
    value = text;
}
void Reader::get(ObjectPath& value) {
    const char* text = nullptr;
    got(sd_bus_message_read_basic(message_, 'o', &text), "o");
    value.assign(text);
}
void Reader::get(Signature& value) {
    const char* text = nullptr;
    got(sd_bus_message_read_basic(message_, 'g', &text), "g");
    value.assign(text);
}
void Reader::get(UnixFd& value) {
    int borrowed = -1;
    got(sd_bus_message_read_basic(message_, 'h', &borrowed), "h");
    value = UnixFd{Fd{::fcntl(borrowed, F_DUPFD_CLOEXEC, 3)}};
}

void Reader::get(Variant& value) {
    char type = 0;
    const char* contents = nullptr;
    got(sd_bus_message_peek_type(message_, &type, &contents), "v");
    enter('v', contents);
    value = get_content();
    leave();
}

Variant Reader::get_content() {
    char type = 0;
    const char* contents = nullptr;
    got(sd_bus_message_peek_type(message_, &type, &contents), "any");
    switch (type) {
        case 'b':
            return {"b", take<bool>()};
        case 'y':
            return {"y", take<std::uint8_t>()};
        case 'n':
            return {"n", take<std::int16_t>()};
        case 'q':
            return {"q", take<std::uint16_t>()};
        case 'i':
            return {"i", take<std::int32_t>()};
        case 'u':
            return {"u", take<std::uint32_t>()};
        case 'x':
            return {"x", take<std::int64_t>()};
        case 't':
            return {"t", take<std::uint64_t>()};
        case 'd':
            return {"d", take<double>()};
        case 's':
            return {"s", take<std::string>()};
        case 'o':
            return {"o", std::string{take<ObjectPath>()}};
        case 'g':
            return {"g", std::string{take<Signature>()}};
        case 'h':
            return {"h", take<UnixFd>()};
        case 'v':
            return {"v", std::vector<Variant>{take<Variant>()}};
        default:
            break;
    }
    const std::string inside = contents;
    Variant value{type == 'a'   ? "a" + inside
                  : type == 'r' ? "(" + inside + ")"
                                : "{" + inside + "}",
                  std::vector<Variant>{}};
    auto& elements = std::get<std::vector<Variant>>(value.value);
    enter(type, inside.c_str());
    while (!at_end())
        elements.push_back(get_content());
    leave();
    return value;
}

bool Reader::at_end() {
    const int result = sd_bus_message_at_end(message_, 0);
    if (result < 0) fail(errors::invalid_arguments, "", "damaged message: {}", std::strerror(-result));
    return result > 0;
}

void Reader::enter(char type, const char* contents) {
    const int result = sd_bus_message_enter_container(message_, type, contents);
    if (result <= 0) fail(errors::invalid_arguments, "", "expected a container of '{}'", contents ? contents : "");
}

void Reader::leave() {
    const int result = sd_bus_message_exit_container(message_);
    if (result < 0) fail(errors::invalid_arguments, "", "unread elements are left: {}", std::strerror(-result));
}

}    // namespace xm::bus
