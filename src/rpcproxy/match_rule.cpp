#include "rpcproxy/match_rule.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <optional>

namespace xm::rpcproxy {
namespace {

struct Pair {
    std::string_view key, value;
};

// Takes one key and value from the rule; nothing if they are not plain: key = letters, digits, underscores, with white
// space around; value = anything between two quotes, or anything without quotes, backslashes and commas.
std::optional<Pair> take_pair(std::string_view& rule) {
    const std::size_t equals = rule.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    Pair pair{.key = text::trim(rule.substr(0, equals)), .value = {}};
    const auto plain = [](char c) { return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z'); };
    if (!std::ranges::all_of(pair.key, plain)) return std::nullopt;

    rule.remove_prefix(equals + 1);
    const bool quoted = rule.starts_with('\'');
    if (quoted) rule.remove_prefix(1);
    const std::size_t end = rule.find(quoted ? '\'' : ',');
    if (quoted && end == std::string_view::npos) return std::nullopt;
    pair.value = rule.substr(0, end);
    if (pair.value.find_first_of("'\\") != std::string_view::npos) return std::nullopt;

    rule.remove_prefix(std::min(rule.size(), pair.value.size() + (quoted ? 1 : 0)));
    if (rule.empty()) return pair;
    if (!rule.starts_with(',')) return std::nullopt;
    rule.remove_prefix(1);
    return pair;
}

}    // namespace

bool eavesdrops(std::string_view rule) {
    // Keys have neither quotes nor escapes: without this word there is no such key.
    if (rule.find("eavesdrop") == std::string_view::npos) return false;
    while (!rule.empty()) {
        const auto pair = take_pair(rule);
        if (!pair || (pair->key == "eavesdrop" && pair->value != "false")) return true;
    }
    return false;
}

}    // namespace xm::rpcproxy
