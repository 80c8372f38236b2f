#pragma once
// How the members of libxl's structs are set from ours: copies that libxl frees, arrays that grow by one, bits, and the
// one sentence for a value that cannot be.

#include "base/failure.hpp"
#include "connect/xl/libxl.hpp"
#include "gen/errors.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xm::connect::xl {

constexpr std::uint64_t kib_in_mib = 1024;

// field: the member of the spec, as in its JSON: "pci[0]".
template <class... Args>
[[noreturn]] void refuse(std::string field, fmt::format_string<Args...> cause, Args&&... args) {
    fail(errors::bad_value, std::move(field), cause, std::forward<Args>(args)...);
}

inline std::string element(std::string_view field, std::size_t index) { return fmt::format("{}[{}]", field, index); }

void copy(char*& to, std::string_view from);                               // empty: nothing, libxl's default
void copy(libxl_string_list& to, const std::vector<std::string>& from);    // likewise
void copy(libxl_defbool& to, const std::optional<bool>& from);             // likewise
void set(libxl_defbool& to, bool value);

libxl_bitmap bits(int count, bool value);    // the caller's struct disposes of it
void set_bit(libxl_bitmap& map, int bit);

// The words of one of libxl's enumerations, or their number.
using Words = libxl_enum_string_table;
std::optional<int> find_word(const Words* table, std::string_view text);    // case does not matter, as for libxl
std::string listed(const Words* table);                                     // "a, b, c"

// The number that `text` stands for, or a failure that lists the words.
template <class Enum>
Enum word(const Words* table, std::string field, std::string_view text);

// Moves the contents of an owned struct to the end of a libxl array.
template <class T, class Device>
void append(T*& array, int& count, Device device) {
    auto* grown = static_cast<T*>(std::realloc(array, sizeof(T) * (static_cast<std::size_t>(count) + 1)));
    if (grown == nullptr) throw std::bad_alloc{};
    array = grown;
    array[count++] = device.release();
}

[[noreturn]] void refuse_word(std::string field, std::string_view text, const Words* table);

template <class Enum>
Enum word(const Words* table, std::string field, std::string_view text) {
    if (const auto found = find_word(table, text)) return static_cast<Enum>(*found);
    refuse_word(std::move(field), text, table);
}

}    // namespace xm::connect::xl
