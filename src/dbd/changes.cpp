#include "dbd/changes.hpp"

#include <algorithm>
#include <string_view>

namespace xm::dbd {
namespace {

bool is_at_or_below(std::string_view path, std::string_view ancestor) {
    return path.starts_with(ancestor) && (path.size() == ancestor.size() || path[ancestor.size()] == '/');
}

std::string common_ancestor(std::string ancestor, const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        while (!is_at_or_below(path, ancestor))
            ancestor.erase(ancestor.rfind('/'));
    }
    return ancestor;
}

// Parents stand directly before what is below them: the separator sorts before every other character.
bool before(const std::string& a, const std::string& b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; };
        return rank(x) < rank(y);
    });
}

}    // namespace

std::vector<std::string> summary(std::vector<std::string> paths, std::size_t limit) {
    std::sort(paths.begin(), paths.end(), before);
    std::vector<std::string> topmost;
    for (std::string& path : paths) {
        if (topmost.empty() || !is_at_or_below(path, topmost.back())) topmost.push_back(std::move(path));
    }
    if (topmost.size() > limit) topmost = {common_ancestor(topmost.front(), topmost)};
    for (std::string& path : topmost) {
        if (path.empty()) path = "/";
    }
    return topmost;
}

}    // namespace xm::dbd
