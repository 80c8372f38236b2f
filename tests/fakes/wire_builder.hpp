#pragma once
// D-Bus messages put together piece by piece, as wrong as a test wants them: nothing here is checked, every length can
// be lied about, both byte orders.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xm::fakes {

// Values one after the other, each at its alignment, unless told otherwise.
class Wire {
public:
    explicit Wire(bool big_endian = false) : big_endian_{big_endian} {}

    std::vector<std::byte> bytes;

    Wire& byte(std::uint8_t value) { return number(value, 1); }
    Wire& u16(std::uint16_t value) { return align(2).number(value, 2); }
    Wire& u32(std::uint32_t value) { return align(4).number(value, 4); }
    Wire& u64(std::uint64_t value) { return align(8).number(value, 8); }
    Wire& string(std::string_view text) { return u32(static_cast<std::uint32_t>(text.size())).raw(text).byte(0); }
    Wire& signature(std::string_view text) { return byte(static_cast<std::uint8_t>(text.size())).raw(text).byte(0); }
    Wire& raw(std::string_view text) {
        const auto added = std::as_bytes(std::span{text});
        bytes.insert(bytes.end(), added.begin(), added.end());
        return *this;
    }
    Wire& align(std::size_t boundary, std::uint8_t padding = 0) {
        bytes.resize((bytes.size() + boundary - 1) / boundary * boundary, std::byte{padding});
        return *this;
    }
    // The length in bytes of what `elements` writes, then that.
    Wire& array(std::size_t boundary, const std::function<void(Wire&)>& elements) {
        u32(0);
        const std::size_t length_at = bytes.size() - 4;
        align(boundary);
        const std::size_t begin = bytes.size();
        elements(*this);
        return put(length_at, static_cast<std::uint32_t>(bytes.size() - begin));
    }
    Wire& put(std::size_t at, std::uint32_t value) {
        for (std::size_t i = 0; i < 4; ++i)
            bytes[at + i] = static_cast<std::byte>(value >> 8 * (big_endian_ ? 3 - i : i));
        return *this;
    }

private:
    Wire& number(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            bytes.push_back(static_cast<std::byte>(value >> 8 * (big_endian_ ? size - 1 - i : i)));
        return *this;
    }

    bool big_endian_;
};

using Write = std::function<void(Wire&)>;

struct RawField {
    unsigned code;
    std::string signature;
    Write value;
};

// Codes of header fields.
enum : unsigned {
    f_path = 1,
    f_interface,
    f_member,
    f_error_name,
    f_reply_serial,
    f_destination,
    f_sender,
    f_signature,
    f_unix_fds
};

inline RawField text_field(unsigned code, std::string text) {
    return {code, code == f_path ? "o" : "s", [text](Wire& to) { to.string(text); }};
}
inline RawField number_field(unsigned code, std::uint32_t number) {
    return {code, "u", [number](Wire& to) { to.u32(number); }};
}
inline RawField signature_field(std::string text) {
    return {f_signature, "g", [text](Wire& to) { to.signature(text); }};
}

struct RawMessage {
    std::uint8_t type = 1;
    std::uint8_t flags = 0;
    std::uint8_t version = 1;
    std::uint32_t serial = 1;
    std::vector<RawField> fields;
    Write body = [](Wire&) {};
    std::optional<std::uint8_t> order;                                         // the first byte, if neither l nor B
    std::uint8_t padding = 0;                                                  // behind the header fields
    std::function<std::uint32_t(std::uint32_t)> fields_length, body_length;    // lies: true length to announced one

    RawMessage& with(RawField field) {
        fields.push_back(std::move(field));
        return *this;
    }
    RawMessage& without(unsigned code) {
        std::erase_if(fields, [&](const RawField& field) { return field.code == code; });
        return *this;
    }
    RawMessage& instead(RawField field) { return without(field.code).with(std::move(field)); }
    RawMessage& with_body(const std::string& signature, Write values) {
        body = std::move(values);
        return instead(signature_field(signature));
    }

    std::vector<std::byte> bytes(bool big_endian = false) const {
        Wire values{big_endian};
        body(values);
        const auto body_size = static_cast<std::uint32_t>(values.bytes.size());

        Wire to{big_endian};
        to.byte(order.value_or(big_endian ? 'B' : 'l')).byte(type).byte(flags).byte(version);
        to.u32(body_length ? body_length(body_size) : body_size).u32(serial).u32(0);
        for (const RawField& field : fields) {
            to.align(8).byte(static_cast<std::uint8_t>(field.code)).signature(field.signature);
            field.value(to);
        }
        const auto fields_size = static_cast<std::uint32_t>(to.bytes.size() - 16);
        to.put(12, fields_length ? fields_length(fields_size) : fields_size);
        to.align(8, padding);
        to.bytes.insert(to.bytes.end(), values.bytes.begin(), values.bytes.end());
        return to.bytes;
    }
};

// Messages in order, for a test to damage. The paddings of their headers are not empty.
inline RawMessage raw_call() {
    return RawMessage{}
        .with(text_field(f_path, "/org/example"))
        .with(text_field(f_interface, "org.example.Interface"))
        .with(text_field(f_member, "Member"))
        .with(text_field(f_destination, "org.example"));
}
inline RawMessage raw_signal() {
    RawMessage signal = raw_call();
    signal.type = 4;
    return signal.without(f_destination);
}
inline RawMessage raw_return() {
    RawMessage answer;
    answer.type = 2;
    return answer.with(number_field(f_reply_serial, 7)).with(text_field(f_destination, ":1.7"));
}
inline RawMessage raw_error() {
    RawMessage error = raw_return();
    error.type = 3;
    return error.with(text_field(f_error_name, "org.example.Error"));
}

}    // namespace xm::fakes
