#include "xenvm/device_text.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fmt/format.h>

#include <vector>

namespace xm::xenvm {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view untrusted_text, std::string_view expected) {
    fail(errors::bad_value, std::string{what}, "{} where {} is expected", text::escaped(untrusted_text, 80), expected);
}

template <model::Worded E>
E word(std::string_view what, std::string_view untrusted_text) {
    const auto value = model::parse_word<E>(untrusted_text);
    if (!value) refuse(what, untrusted_text, fmt::format("one of {}", fmt::join(model::Words<E>::words, ", ")));
    return *value;
}

int number(std::string_view what, std::string_view untrusted_text, int highest) {
    const auto value = text::parse_number<int>(untrusted_text);
    if (!value || *value < 0 || *value > highest)
        refuse(what, untrusted_text, fmt::format("a number within 0..{}", highest));
    return *value;
}

bool is_device_name(std::string_view name) {
    const bool known = name.starts_with("hd") || name.starts_with("sd") || name.starts_with("xvd");
    return known && name.size() >= 3 && name.size() <= 8 &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == name.npos;
}

bool is_mac(std::string_view text) {
    if (text.size() != 17) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool right =
            i % 3 == 2 ? text[i] == ':' : std::string_view{"0123456789abcdefABCDEF"}.find(text[i]) != text.npos;
        if (!right) return false;
    }
    return true;
}

// The path comes first and may contain colons: the type is the first part that names one and is followed by a device.
std::size_t type_position(const std::vector<std::string_view>& parts) {
    for (std::size_t i = 1; i + 1 < parts.size(); ++i)
        if (model::parse_word<model::DiskType>(parts[i]) && is_device_name(parts[i + 1])) return i;
    return 0;
}

void set_nic_value(model::Nic& nic, std::string_view key, const std::string& value) {
    if (key == "id")
        nic.id = number("nic id", value, 31);
    else if (key == "bridge")
        nic.bridge = value;
    else if (key == "network")
        nic.network = value;
    else if (key == "model")
        nic.model = value;
    else if (key == "backend-domid")
        nic.backend_domid = number("backend-domid", value, 65535);
    else if (key == "mac") {
        if (value != "random" && !is_mac(value)) refuse("mac", value, "aa:bb:cc:dd:ee:ff");
        nic.mac = value;
    } else if (key == "wireless") {
        const auto on = text::parse_bool(value);
        if (!on) refuse("wireless", value, "true or false");
        nic.wireless = *on;
    } else {
        refuse("nic", key, "id, bridge, network, mac, model, wireless or backend-domid");
    }
}

}    // namespace

model::Disk parse_disk(std::string_view untrusted_text) {
    const std::vector<std::string_view> parts = text::split(untrusted_text, ':');
    const std::size_t type = type_position(parts);
    if (type == 0 || type + 3 >= parts.size())
        refuse("disk", untrusted_text, "physpath:phystype:virtpath:mode:devtype");

    model::Disk disk;
    disk.path = parts[0];
    for (std::size_t i = 1; i < type; ++i)
        disk.path.append(":").append(parts[i]);
    disk.type = word<model::DiskType>("disk type", parts[type]);
    disk.device = parts[type + 1];
    disk.mode = word<model::DiskMode>("disk mode", parts[type + 2]);
    disk.devtype = word<model::DiskDevtype>("disk devtype", parts[type + 3]);
    for (std::size_t i = type + 4; i < parts.size(); ++i)
        if (parts[i].find('=') == std::string_view::npos) disk.snapshot = parts[i];
    return disk;
}

model::Nic parse_nic(std::string_view untrusted_text) {
    model::Nic nic;
    nic.id = -1;
    if (text::trim(untrusted_text).empty()) return nic;
    for (const std::string_view part : text::split(untrusted_text, ',')) {
        const std::string_view pair = text::trim(part);
        const std::size_t equals = pair.find('=');
        if (equals == pair.npos) refuse("nic", pair, "key=value");
        set_nic_value(nic, text::trim(pair.substr(0, equals)), std::string{text::trim(pair.substr(equals + 1))});
    }
    return nic;
}

std::string to_text(const model::Nic& nic) {
    std::string result = fmt::format("id={}", nic.id);
    const auto add = [&](std::string_view key, const std::string& value) {
        if (!value.empty()) result += fmt::format(",{}={}", key, value);
    };
    add("network", nic.network);
    add("bridge", nic.bridge);
    add("mac", nic.mac);
    add("model", nic.model);
    if (nic.wireless) add("wireless", "true");
    if (nic.backend_domid != 0) add("backend-domid", std::to_string(nic.backend_domid));
    return result;
}

}    // namespace xm::xenvm
