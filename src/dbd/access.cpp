#include "dbd/access.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <algorithm>
#include <iterator>

namespace xm::dbd {
namespace {

constexpr std::string_view kept_while_used[] = {"", "/vm", "/dom-store"};
constexpr std::string_view never_leaves[] = {"", "/vm"};

template <std::size_t N>
bool is_one_of(const std::string& path, const std::string_view (&list)[N]) {
    return std::find(std::begin(list), std::end(list), path) != std::end(list);
}

std::size_t bytes_below(const Node& node) {
    std::size_t total = 0;
    for (const Node& child : node.children())
        total += child.name.size() + child.text.size() + bytes_below(child);
    return total;
}

}    // namespace

Place locate(const Identity& caller, std::string_view untrusted_path) {
    if (!caller.guest) return {.path = Path::parse(untrusted_path), .root = {}};
    const std::string root = "/dom-store/" + caller.guest->text();
    return {.path = Path::parse(root + '/' + std::string{untrusted_path}), .root = Path::parse(root), .guest = true};
}

void refuse_guest(const Identity& caller, std::string_view method) {
    if (caller.guest) fail(errors::access_denied, caller.guest->text(), "{} is for domain 0 only", method);
}

void refuse_protected_write(const Place& place) {
    if (place.path == place.root || is_one_of(place.path.text(), never_leaves))
        fail(errors::protected_path, place.path.shown(), "it holds other nodes and has no value of its own");
}

void refuse_protected_removal(const Place& place, const Tree& tree) {
    if (place.path != place.root && !is_one_of(place.path.text(), kept_while_used)) return;
    const Node* node = tree.find(place.path);
    if (node != nullptr && !node->children().empty())
        fail(errors::protected_path, place.path.shown(), "{} nodes stand below it", node->count());
}

void refuse_over_quota(const Place& place, const Tree& changed) {
    if (!place.guest) return;
    const Node* root = changed.find(place.root);
    if (root == nullptr) return;
    if (const std::size_t nodes = root->count(); nodes > Quota::nodes)
        fail(errors::domstore_quota, place.path.shown(), "{} nodes of {}", nodes, Quota::nodes);
    if (const std::size_t bytes = bytes_below(*root); bytes > Quota::bytes)
        fail(errors::domstore_quota, place.path.shown(), "{} bytes of {}", bytes, Quota::bytes);
}

void refuse_large_value(const Place& place, std::size_t bytes) {
    if (place.guest && bytes > Quota::value)
        fail(errors::domstore_quota, place.path.shown(), "the value has {} bytes of {}", bytes, Quota::value);
}

}    // namespace xm::dbd
