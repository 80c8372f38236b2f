#include "connect/store/domain_news.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>

namespace xm::connect::store {
namespace {

using model::PvAddons;
using model::PvDrivers;

constexpr int most_changes_of_drivers = 16;    // that one domain tells
constexpr std::array version_parts{"MajorVersion", "MinorVersion", "MicroVersion", "BuildVersion"};

// Words that the device model writes; whatever else is there says nothing.
std::optional<int> s_state(const std::optional<std::string>& untrusted_acpi,
                           const std::optional<std::string>& untrusted_power) {
    if (untrusted_power == "4") return 4;
    if (untrusted_acpi == "s3") return 3;
    if (untrusted_acpi == "s0") return 0;
    return std::nullopt;
}

// Empty, unless all parts are numbers.
std::string version_below(Session& session, const std::string& drivers) {
    std::string version;
    for (const char* part : version_parts) {
        const auto untrusted = session.read(fmt::format("{}/{}", drivers, part));
        const auto number = untrusted ? text::parse_number<std::uint32_t>(*untrusted) : std::nullopt;
        if (!number) return "";
        version += (version.empty() ? "" : ".") + std::to_string(*number);
    }
    return version;
}

// Drivers that are there count, whatever else the guest says.
PvDrivers drivers_in(Session& session, const NodeOwner& domain) {
    const auto drivers = path_of(NodeId::drivers, domain);
    if (session.read(drivers + "/Installed") == "1")
        return {.said = PvAddons::installed, .version = version_below(session, drivers)};
    const bool removed = session.read(path_of(NodeId::drivers_removed, domain)) == "1";
    return {.said = removed ? PvAddons::removed : PvAddons::unknown};
}

// Where a guest says all about itself.
std::string attributes(const NodeOwner& domain) {
    const auto path = path_of(NodeId::drivers, domain);
    return path.substr(0, path.rfind('/'));
}

// What was said is not unsaid by nodes that vanish, which happens at the domain's end. Most guests say nothing, and
// one question finds that.
std::optional<PvDrivers> read_drivers(Session& session, const NodeOwner& domain) {
    if (session.list(attributes(domain)).empty()) return std::nullopt;
    auto drivers = drivers_in(session, domain);
    return drivers.said == PvAddons::unknown ? std::nullopt : std::optional{std::move(drivers)};
}

// Each change is stored in the end, so a guest that changes its mind for ever is no longer listened to.
DriversWatch::Tell not_for_ever(DriversWatch::Tell tell) {
    return [tell = std::move(tell), left = most_changes_of_drivers](const PvDrivers& drivers) mutable {
        if (left-- > 0) tell(drivers);
    };
}

void write_drivers(Session& session, const NodeOwner& domain, const PvDrivers& drivers) {
    const auto folder = path_of(NodeId::drivers, domain), gone = path_of(NodeId::drivers_removed, domain);
    if (!session.read(path_of(NodeId::domain_vm, domain))) return;    // what is written for no domain would stay
    session.remove(drivers.said == PvAddons::installed ? gone : folder);
    if (drivers.said == PvAddons::removed) return session.write(gone, "1");
    const auto numbers = text::split(drivers.version, '.');
    for (std::size_t at = 0; numbers.size() == version_parts.size() && at < numbers.size(); ++at)
        session.write(fmt::format("{}/{}", folder, version_parts[at]), std::string{numbers[at]});
    session.write(folder + "/Installed", "1");
}

}    // namespace

PowerWatch::PowerWatch(Store& store, int domid, Tell on_power)
    : Reading{store,
              {path_of(NodeId::acpi_state, {.domid = domid}), path_of(NodeId::power_state, {.domid = domid})},
              0,
              [domain = NodeOwner{.domid = domid}](Session& session) {
                  return s_state(session.read(path_of(NodeId::acpi_state, domain)),
                                 session.read(path_of(NodeId::power_state, domain)));
              },
              std::move(on_power)} {}

SentinelWatch::SentinelWatch(Store& store, const NodeOwner& domain, Tell on_boot)
    : Reading{store,
              {path_of(NodeId::boot_sentinel, domain)},
              false,
              [domain](Session& session) -> std::optional<bool> {
                  if (session.read(path_of(NodeId::boot_sentinel, domain)).value_or("").empty()) return std::nullopt;
                  return true;
              },
              std::move(on_boot)} {}

DriversWatch::DriversWatch(Store& store, int domid, Tell on_drivers)
    : Reading{store,
              {attributes({.domid = domid})},
              PvDrivers{},
              [domain = NodeOwner{.domid = domid}](Session& session) { return read_drivers(session, domain); },
              not_for_ever(std::move(on_drivers))} {}

Store::awaitable<> announce_drivers(Store& store, int domid, PvDrivers drivers) {
    return store.transact([domain = NodeOwner{.domid = domid}, drivers = std::move(drivers)](Session& session) {
        write_drivers(session, domain, drivers);
    });
}

}    // namespace xm::connect::store
