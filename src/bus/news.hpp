#pragma once
// What changed during the current turn of the loop, in order and without repetition. Pure data; Service sends it.

#include "bus/family.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace xm::bus {

struct Added {
    std::string path;
};
struct Removed {
    std::string path;
    const Family* family;
};
struct Changed {
    std::string path;
    const Interface* interface;
    std::vector<std::size_t> properties;
};
using Item = std::variant<Added, Removed, Changed>;

class News {
public:
    void property_changed(std::string_view path, const Interface& interface, std::size_t property);
    void added(std::string_view path);
    void removed(std::string_view path, const Family& family);

    bool empty() const { return items_.empty(); }
    std::vector<Item> take() { return std::exchange(items_, {}); }

private:
    bool was_added(std::string_view path) const;

    std::vector<Item> items_;
};

}    // namespace xm::bus
