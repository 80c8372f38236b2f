#pragma once
// What is known of the paravirtual drivers in a guest, from the guest itself.

#include "model/words.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace xm::model {

enum class PvAddons : std::uint8_t { unknown, installed, removed };    // unknown: the guest has said nothing

template <>
struct Words<PvAddons> {
    static constexpr std::array<std::string_view, 3> words{"unknown", "installed", "removed"};
};

struct PvDrivers {
    PvAddons said = PvAddons::unknown;
    std::string version{};    // four numbers with dots between, or empty: not known

    bool operator==(const PvDrivers&) const = default;
};

// Four numbers of up to ten digits, "7.0.0.1".
constexpr bool is_driver_version(std::string_view text) {
    int dots = 0;
    std::size_t digits = 0;
    for (const char letter : text) {
        if (letter == '.' && digits > 0) {
            ++dots;
            digits = 0;
        } else if (letter < '0' || letter > '9' || ++digits > 10) {
            return false;
        }
    }
    return dots == 3 && digits > 0;
}
static_assert(is_driver_version("7.0.0.1") && !is_driver_version("7.0.0") && !is_driver_version("7..0.1"));
static_assert(!is_driver_version("1.2.3.4.5") && !is_driver_version("a.b.c.d") && !is_driver_version(""));

template <class Spec, class F>
void visit_driver_fields(Spec& drivers, F&& f) {
    f("said", drivers.said);
    f("version", drivers.version);
}

template <class F>
void visit_fields(PvDrivers& drivers, F&& f) {
    visit_driver_fields(drivers, f);
}
template <class F>
void visit_fields(const PvDrivers& drivers, F&& f) {
    visit_driver_fields(drivers, f);
}

}    // namespace xm::model
