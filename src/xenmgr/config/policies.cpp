#include "xenmgr/config/policies.hpp"

#include "base/text.hpp"
#include "xenmgr/config/vm_view.hpp"

#include <algorithm>

namespace xm::xenmgr {
namespace {

struct Policy {
    std::string_view word;
    std::string_view key;
};
constexpr Policy policies[] = {
    {"block-cd-access", "policies/cd-access"},
    {"block-cd-rec", "policies/cd-rec"},
    {"block-audio-access", "policies/audio-access"},
    {"block-audio-rec", "policies/audio-rec"},
    {"block-wired-networking", "policies/wired-networking"},
    {"block-wireless-networking", "policies/wireless-networking"},
    {"block-modify-vm-settings", "policies/modify-vm-settings"},
};

}    // namespace

Change plan_enforce_policies(std::string_view untrusted_words) {
    std::vector<std::string_view> forbidden;
    for (const auto word : text::split(untrusted_words, ';'))
        forbidden.push_back(text::trim(word));
    Change change;
    for (const auto& policy : policies) {
        const bool blocked = std::ranges::find(forbidden, policy.word) != forbidden.end();
        change.write(std::string{policy.key}, blocked ? "false" : "true");
    }
    change.effects.config_changed = true;
    return change;
}

std::string retrieve_policies(const ConfigTree& tree) {
    std::string words;
    for (const auto& policy : policies) {
        if (flag(tree, policy.key, true)) continue;
        if (!words.empty()) words += ';';
        words += policy.word;
    }
    return words;
}

}    // namespace xm::xenmgr
