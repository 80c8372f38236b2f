#include "xenvm/device_text.hpp"

#include "base/failure.hpp"
#include "base/mac.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenvm/config_keys.hpp"

#include <fmt/format.h>

#include <algorithm>

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

// The path comes first and may contain colons: the type is the first part that names one and is followed by a device.
std::size_t type_position(const std::vector<std::string_view>& parts) {
    for (std::size_t i = 1; i + 1 < parts.size(); ++i)
        if (model::parse_word<model::DiskType>(parts[i]) && is_device_name(parts[i + 1])) return i;
    return 0;
}

void set_disk_option(ParsedDisk& parsed, std::string_view option) {
    constexpr std::string_view modes[] = {"temporary", "temporary-encrypted", "coalesce",
                                          "scripted",  "scripted-author",     "scripted-no-snapshot"};
    constexpr std::string_view keys[] = {"cipher", "key-size", "key-file", "key-dir", "backend-domid"};
    const std::size_t equals = option.find('=');
    const std::string_view name = option.substr(0, equals);
    if (equals == option.npos && std::ranges::find(modes, name) != std::end(modes)) {
        parsed.disk.snapshot = name;
        return;
    }
    if (equals == option.npos || std::ranges::find(keys, name) == std::end(keys))
        refuse("disk option", option, fmt::format("{} with a value, or a snapshot mode", fmt::join(keys, ", ")));
    if (name == "key-size" || name == "backend-domid") number(name, option.substr(equals + 1), 65535);
    parsed.without_effect.emplace_back(name);
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
        if (value != "random" && !parse_mac(value)) refuse("mac", value, "aa:bb:cc:dd:ee:ff or random");
        nic.mac = value;
    } else if (key == "wireless") {
        const auto on = parse_flag(value);
        if (!on) refuse("wireless", value, "true or false");
        nic.wireless = *on;
    } else {
        refuse("nic", key, "id, bridge, network, mac, model, wireless or backend-domid");
    }
}

}    // namespace

model::Disk parse_disk(std::string_view untrusted_text) { return parse_disk_line(untrusted_text).disk; }

ParsedDisk parse_disk_line(std::string_view untrusted_text) {
    const std::vector<std::string_view> parts = text::split(untrusted_text, ':');
    const std::size_t type = type_position(parts);
    if (type == 0 || type + 3 >= parts.size())
        refuse("disk", untrusted_text, "physpath:phystype:virtpath:mode:devtype");

    ParsedDisk parsed;
    model::Disk& disk = parsed.disk;
    disk.path = parts[0];
    for (std::size_t i = 1; i < type; ++i)
        disk.path.append(":").append(parts[i]);
    disk.type = word<model::DiskType>("disk type", parts[type]);
    disk.device = parts[type + 1];
    disk.mode = word<model::DiskMode>("disk mode", parts[type + 2]);
    disk.devtype = word<model::DiskDevtype>("disk devtype", parts[type + 3]);
    if (disk.path.empty() && disk.devtype == model::DiskDevtype::disk)
        refuse("disk", untrusted_text, "an image or a device before the first colon");
    for (std::size_t i = type + 4; i < parts.size(); ++i)
        set_disk_option(parsed, parts[i]);
    return parsed;
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

std::string mac_of(const model::Nic& nic, const Uuid& machine) {
    if (nic.mac.empty()) return generated_mac(nic.id, machine);
    if (nic.mac != "random") return nic.mac;
    const std::string digits = Uuid::random().text();
    return fmt::format("00:16:3e:{}:{}:{}", digits.substr(0, 2), digits.substr(2, 2), digits.substr(4, 2));
}

std::string to_text(const model::Disk& disk) {
    std::string result = fmt::format("{}:{}:{}:{}:{}", disk.path, model::word(disk.type), disk.device,
                                     model::word(disk.mode), model::word(disk.devtype));
    return disk.snapshot.empty() ? result : result + ":" + disk.snapshot;
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
