#pragma once
// Small closed vocabularies: an enumeration and the words that stand for it on the wire, in enumerator order.

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace xm::model {

// Specialised beside each enumeration: `static constexpr std::array words{...}` and a name for error texts.
template <class E>
struct Words;

template <class E>
concept Worded = requires { Words<E>::words; };

template <Worded E>
constexpr std::string_view word(E value) {
    return Words<E>::words[static_cast<std::size_t>(value)];
}

template <Worded E>
constexpr std::optional<E> parse_word(std::string_view text) {
    for (std::size_t i = 0; i < Words<E>::words.size(); ++i)
        if (Words<E>::words[i] == text) return static_cast<E>(i);
    return std::nullopt;
}

}    // namespace xm::model
