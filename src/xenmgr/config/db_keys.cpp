#include "xenmgr/config/db_keys.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/setting.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

constexpr std::size_t longest_part = 200;

// A trailing star stands for any further characters of that part.
constexpr std::string_view protected_keys[] = {
    "policies", "rpc-firewall-rules", "argo-firewall-rules", "run-*", "config/extra-*",
};

bool matches(std::string_view path, std::string_view pattern) {
    if (pattern.ends_with('*')) return path.starts_with(pattern.substr(0, pattern.size() - 1));
    return path == pattern || (path.starts_with(pattern) && path[pattern.size()] == '/');
}

}    // namespace

std::string db_key_path(std::string_view untrusted_key) {
    std::string dotless{untrusted_key};
    std::ranges::replace(dotless, '.', '/');
    std::string path;
    for (const auto part : text::split(dotless, '/')) {
        if (part.empty()) continue;
        const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
        if (part.size() > longest_part || std::ranges::any_of(part, control))
            fail(errors::bad_path, text::escaped(untrusted_key), "a part of it is too long or has control characters");
        if (!path.empty()) path += '/';
        path += part;
    }
    if (path.empty()) fail(errors::bad_path, text::escaped(untrusted_key), "the key names nothing");
    return path;
}

bool is_protected_key(std::string_view path) {
    return std::ranges::any_of(protected_keys, [&](std::string_view pattern) { return matches(path, pattern); });
}

std::string get_db_key(const ConfigTree& tree, std::string_view untrusted_key) {
    return std::string{tree.get_or(db_key_path(untrusted_key), "")};
}

Change plan_set_db_key(const ConfigTree& tree, Uuid vm, std::string_view untrusted_key, std::string_view value,
                       Reach reach) {
    const auto path = db_key_path(untrusted_key);
    if (reach == Reach::restricted && is_protected_key(path))
        fail(errors::access_denied, vm.text(), "key {} decides what the VM may do", text::escaped(path));
    if (tree.has_below(path)) return {};
    return plan_write(Setting{}, tree, path, std::string{value});
}

}    // namespace xm::xenmgr
