#include "xenmgr/config/nic_rows.hpp"

#include "base/failure.hpp"
#include "base/mac.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <algorithm>
#include <iterator>

namespace xm::xenmgr {
namespace {

using namespace std::string_view_literals;
using P = NicProperty;
using enum Form;
using enum Chars;
using enum When;

constexpr auto nics = "config/nic"sv;
constexpr auto default_network = "/wired/0/bridged"sv;

struct LegacyNetwork {
    std::string_view bridge;
    std::string_view path;
};
constexpr LegacyNetwork legacy_networks[] = {
    {"brbridged", "/wired/0/bridged"},
    {"brshared", "/wired/0/shared"},
    {"brwireless", "/wifi/0/shared"},
    {"brinternal", "/internal"},
};

std::optional<std::string> normal_network(std::string_view untrusted_text) {
    if (untrusted_text.empty()) return std::nullopt;
    return network_path(untrusted_text);
}

std::optional<std::string> normal_mac(std::string_view untrusted_text) {
    if (untrusted_text.empty() || untrusted_text == "auto") return "";
    return parse_mac(untrusted_text);
}

Value read_network(const ConfigTree& tree, Uuid /*vm*/, int nic) {
    return network_path(tree.get_or(join(nics, nic, "network"), default_network));
}

Value configured_mac(const ConfigTree& tree, Uuid /*vm*/, int nic) {
    return std::string{tree.get_or(join(nics, nic, "mac"), "auto")};
}

Value actual_mac(const ConfigTree& tree, Uuid vm, int nic) {
    const auto stored = parse_mac(tree.get_or(join(nics, nic, "mac"), ""));
    return stored ? *stored : generated_mac(nic, vm);
}

// clang-format off
constexpr NicRow rows[] = {
    {.id = P::backend_name,    .stored = {.key = "backend-name", .form = absent_if_empty, .chars = quoted}},
    {.id = P::backend_uuid,    .stored = {.key = "backend-uuid", .form = absent_if_empty, .chars = quoted}},
    {.id = P::enabled,         .stored = {.key = "enable", .fallback = true}},
    {.id = P::mac,             .stored = {.key = "mac", .form = absent_if_empty}, .read = configured_mac,
                               .normalise = normal_mac,
                               .must = "auto or a unicast address such as 00:16:3e:12:34:56"},
    {.id = P::mac_actual,      .when = never, .read = actual_mac},
    {.id = P::model,           .stored = {.key = "model", .fallback = "e1000"sv, .form = absent_if_empty,
                                          .chars = quoted}},
    {.id = P::network,         .stored = {.key = "network", .chars = quoted}, .when = now, .read = read_network,
                               .normalise = normal_network, .must = "the object path of a network",
                               .effects = {.network_changed = true}},
    {.id = P::wireless_driver, .stored = {.key = "wireless-driver", .form = absent_if_false}},
};
// clang-format on

constexpr bool agrees_with_schema() {
    const auto& schema = gen::vmnic::properties;
    if (std::size(rows) != std::size(schema)) return false;
    for (std::size_t i = 0; i < std::size(rows); ++i) {
        if (rows[i].id != static_cast<P>(i) || !fits(rows[i].stored, kind_of(schema[i].signature))) return false;
        if ((schema[i].access == idl::Access::read) != (rows[i].when == never)) return false;
    }
    return true;
}
static_assert(agrees_with_schema());

const NicRow& row(P property) { return rows[static_cast<std::size_t>(property)]; }
const idl::Property& schema(P property) { return gen::vmnic::properties[static_cast<std::size_t>(property)]; }

void require_nic(const ConfigTree& tree, Uuid vm, int nic) {
    if (!tree.has_below(join(nics, nic))) fail(errors::no_such_nic, nic_path(vm, nic), "there is no NIC {}", nic);
}

std::string text_of(const ConfigTree& tree, Uuid vm, int nic, P property) {
    return std::get<std::string>(get_nic(tree, vm, nic, property));
}

}    // namespace

std::string network_path(std::string_view stored) {
    const auto* legacy = std::ranges::find(legacy_networks, stored, &LegacyNetwork::bridge);
    return std::string{legacy == std::end(legacy_networks) ? stored : legacy->path};
}

std::span<const NicRow> nic_rows() { return rows; }
std::vector<int> nic_ids(const ConfigTree& tree) { return tree.ids(nics); }

Value get_nic(const ConfigTree& tree, Uuid vm, int nic, P property) {
    require_nic(tree, vm, nic);
    const auto& r = row(property);
    if (r.read) return r.read(tree, vm, nic);
    return read(r.stored, kind_of(schema(property).signature), tree, join(nics, nic, r.stored.key));
}

Change plan_set_nic(const ConfigTree& tree, Uuid vm, int nic, P property, const Value& value) {
    require_nic(tree, vm, nic);
    const auto& r = row(property);
    const auto& about = schema(property);
    if (r.when == never) fail(errors::property_not_writable, nic_path(vm, nic), "property {}", about.name);
    require_valid(r.stored, kind_of(about.signature), value, about.name, nic_path(vm, nic), errors::bad_value);
    auto stored = value;
    if (r.normalise) {
        auto normal = r.normalise(std::get<std::string>(value));
        if (!normal)
            fail(errors::bad_value, nic_path(vm, nic), "property {} = {}: must be {}", about.name, shown(value),
                 r.must);
        stored = std::move(*normal);
    }
    auto change = plan_write(r.stored, tree, join(nics, nic, r.stored.key), stored);
    if (!change.empty()) change.effects |= r.effects;
    return change;
}

NewDevice plan_add_nic(const ConfigTree& tree) {
    NewDevice device{next_id(tree, nics), {}};
    device.change.write(join(nics, device.id, "id"), std::to_string(device.id));
    device.change.write(join(nics, device.id, "network"), default_network);
    device.change.effects.config_changed = true;
    return device;
}

Change plan_delete_nic(const ConfigTree& tree, Uuid vm, int nic) {
    require_nic(tree, vm, nic);
    Change change;
    change.remove(join(nics, nic));
    change.effects.config_changed = true;
    return change;
}

model::Nic read_nic(const ConfigTree& tree, Uuid vm, int nic) {
    model::Nic result;
    result.id = nic;
    result.network = text_of(tree, vm, nic, P::network);
    result.mac = text_of(tree, vm, nic, P::mac_actual);
    result.model = text_of(tree, vm, nic, P::model);
    result.wireless = flag(tree, join(nics, nic, "wireless-driver"));
    result.backend_uuid = text_of(tree, vm, nic, P::backend_uuid);
    result.backend_name = text_of(tree, vm, nic, P::backend_name);
    result.enabled = flag(tree, join(nics, nic, "enable"), true);
    return result;
}

std::vector<model::Nic> read_nics(const ConfigTree& tree, Uuid vm) {
    std::vector<model::Nic> result;
    for (const int nic : nic_ids(tree))
        result.push_back(read_nic(tree, vm, nic));
    return result;
}

}    // namespace xm::xenmgr
