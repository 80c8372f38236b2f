#pragma once
// A VM's identity: 16 bytes, written 8-4-4-4-12 in lower-case hexadecimal (RFC 4122), or with underscores
// instead of dashes inside D-Bus object paths and bus names.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace xm {

class Uuid {
public:
    constexpr Uuid() = default;

    // Accepts exactly 8-4-4-4-12 hexadecimal digits, either case; nothing else.
    static std::optional<Uuid> parse(std::string_view text);
    // The form used in object paths: underscores for dashes.
    static std::optional<Uuid> parse_path_form(std::string_view text);
    static Uuid random();    // version 4, from the kernel's generator

    std::string text() const;         // "xxxxxxxx-xxxx-..."
    std::string path_form() const;    // "xxxxxxxx_xxxx_..."
    bool is_nil() const { return *this == Uuid{}; }

    auto operator<=>(const Uuid&) const = default;

private:
    std::string render(char separator) const;
    static std::optional<Uuid> parse(std::string_view text, char separator);

    std::array<std::uint8_t, 16> bytes_{};
    friend struct std::hash<Uuid>;
};

}    // namespace xm

template <>
struct std::hash<xm::Uuid> {
    std::size_t operator()(const xm::Uuid& uuid) const noexcept {
        return std::hash<std::string_view>{}({reinterpret_cast<const char*>(uuid.bytes_.data()), uuid.bytes_.size()});
    }
};
