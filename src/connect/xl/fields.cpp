#include "connect/xl/fields.hpp"

#include "base/text.hpp"

#include <cstring>
#include <new>

namespace xm::connect::xl {
namespace {

// Memory that libxl will free.
template <class T>
T* zeroed(std::size_t count) {
    auto* memory = static_cast<T*>(std::calloc(count, sizeof(T)));
    if (memory == nullptr) throw std::bad_alloc{};
    return memory;
}

char* duplicate(std::string_view text) {
    char* made = zeroed<char>(text.size() + 1);
    std::memcpy(made, text.data(), text.size());
    return made;
}

}    // namespace

void copy(char*& to, std::string_view from) {
    std::free(to);
    to = from.empty() ? nullptr : duplicate(from);
}

void copy(libxl_string_list& to, const std::vector<std::string>& from) {
    libxl_string_list_dispose(&to);
    to = from.empty() ? nullptr : zeroed<char*>(from.size() + 1);
    for (std::size_t i = 0; i < from.size(); ++i)
        to[i] = duplicate(from[i]);
}

void copy(libxl_defbool& to, const std::optional<bool>& from) {
    if (from) libxl_defbool_set(&to, *from);
}

void set(libxl_defbool& to, bool value) { libxl_defbool_set(&to, value); }

libxl_bitmap bits(int count, bool value) {
    const auto bytes = (static_cast<std::uint32_t>(count) + 7) / 8;
    libxl_bitmap map{.size = bytes, .map = zeroed<std::uint8_t>(bytes)};
    for (int bit = 0; value && bit < count; ++bit)
        libxl_bitmap_set(&map, bit);
    return map;
}

void set_bit(libxl_bitmap& map, int bit) { libxl_bitmap_set(&map, bit); }

std::optional<int> find_word(const Words* table, std::string_view text) {
    const auto number = text::parse_number<int>(text);
    for (const Words* row = table; row->s != nullptr; ++row)
        if (text::iequals(row->s, text) || number == row->v) return row->v;
    return std::nullopt;
}

std::string listed(const Words* table) {
    std::string list;
    for (const Words* row = table; row->s != nullptr; ++row)
        list += (list.empty() ? "" : ", ") + std::string{row->s};
    return list;
}

void refuse_word(std::string field, std::string_view text, const Words* table) {
    refuse(std::move(field), "'{}' is none of {}", text::escaped(text, 60), listed(table));
}

}    // namespace xm::connect::xl
