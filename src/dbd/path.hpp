#pragma once
// Where something stands in the configuration tree: "/vm/<uuid>/config/memory". A Path is always valid and normal:
// empty parts are dropped (leading, trailing and doubled slashes do not matter), "." and ".." are ordinary names.

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace xm::dbd {

struct Limits {
    static constexpr std::size_t depth = 32;         // parts of a path
    static constexpr std::size_t name = 200;         // bytes of one part
    static constexpr std::size_t path = 1024;        // bytes of a whole path
    static constexpr std::size_t value = 1 << 20;    // bytes of one value
    static constexpr std::size_t file = 16 << 20;    // bytes of one binary node
};

class Path {
public:
    Path() = default;    // the root

    // Throws Failure (errors::bad_path), naming the path, if it is too long or deep, is not UTF-8, or contains
    // control characters.
    static Path parse(std::string_view untrusted);

    const std::string& text() const { return text_; }    // "" for the root, else "/a/b"
    std::string shown() const { return text_.empty() ? "/" : text_; }
    bool is_root() const { return text_.empty(); }
    std::vector<std::string_view> parts() const;          // valid while the Path lives
    Path child(std::string_view untrusted_name) const;    // checks like parse
    bool contains(const Path& other) const;               // other is this path or below it

    auto operator<=>(const Path&) const = default;

private:
    std::string text_;
};

// Null if `name` may be one part of a path, else what is wrong with it.
const char* complaint_about_name(std::string_view name);

// Throws Failure (errors::bad_value), naming the path: UTF-8 without NUL, at most Limits::value bytes. Other control
// characters (newlines in certificates, for example) are allowed.
void check_value(const Path& path, std::string_view untrusted_value);

}    // namespace xm::dbd
