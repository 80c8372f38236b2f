// The file form of a simulated domain.
#include "base/failure.hpp"
#include "connect/guest_json.hpp"
#include "gen/errors.hpp"
#include "xenvm/sim_domain.hpp"

#include <nlohmann/json.hpp>

namespace xm::xenvm {
namespace {

using Json = nlohmann::json;

constexpr int format_version = 2;

Json pending_to_json(const std::vector<Pending>& pending) {
    Json result = Json::array();
    for (const Pending& one : pending)
        result.push_back({one.due_ms, static_cast<int>(one.event)});
    return result;
}

std::vector<Pending> pending_from_json(const Json& json) {
    std::vector<Pending> result;
    for (const Json& one : json) {
        const int event = one.at(1).get<int>();
        if (event < 0 || event > static_cast<int>(GuestEvent::device_model_died))
            fail(errors::bad_json, "pending", "unknown event {}", event);
        result.push_back({one.at(0).get<std::int64_t>(), static_cast<GuestEvent>(event)});
    }
    return result;
}

template <class E>
E enumerator(const Json& json, E last) {
    const int value = json.get<int>();
    if (value < 0 || value > static_cast<int>(last)) fail(errors::bad_json, "", "{} is out of range", value);
    return static_cast<E>(value);
}

SimDomain read(const Json& json) {
    if (json.at("version").get<int>() != format_version) fail(errors::bad_json, "version", "not {}", format_version);
    SimDomain sim;
    Domain& domain = sim.domain;
    domain.domid = json.at("domid").get<int>();
    domain.stubdomid = json.at("stubdomid").get<int>();
    domain.phase = enumerator(json.at("phase"), DomainPhase::dead);
    domain.death = enumerator(json.at("death"), model::DownReason::suspend);
    domain.ran = json.at("ran").get<bool>();
    domain.acpi = json.at("acpi").get<int>();
    domain.booted = json.at("sentinel_written").get<bool>();
    domain.drivers.said = enumerator(json.at("drivers"), model::PvAddons::removed);
    domain.drivers.version = json.at("drivers_version").get<std::string>();
    domain.memory_kib = json.at("memory_kib").get<std::int64_t>();
    domain.generation = json.at("generation").get<std::int64_t>();
    domain.spec = connect::guest_spec_from_json(json.at("spec").get_ref<const std::string&>());
    sim.booted = json.at("booted").get<bool>();
    sim.clock_offset_ms = json.at("clock_offset_ms").get<std::int64_t>();
    sim.paused_at_ms = json.at("paused_at_ms").get<std::int64_t>();
    sim.pending = pending_from_json(json.at("pending"));
    return sim;
}

}    // namespace

std::string to_json(const SimDomain& sim) {
    const Domain& domain = sim.domain;
    return Json{{"version", format_version},
                {"domid", domain.domid},
                {"stubdomid", domain.stubdomid},
                {"phase", static_cast<int>(domain.phase)},
                {"death", static_cast<int>(domain.death)},
                {"ran", domain.ran},
                {"acpi", domain.acpi},
                {"sentinel_written", domain.booted},
                {"drivers", static_cast<int>(domain.drivers.said)},
                {"drivers_version", domain.drivers.version},
                {"memory_kib", domain.memory_kib},
                {"generation", domain.generation},
                {"spec", connect::to_json(domain.spec)},
                {"booted", sim.booted},
                {"clock_offset_ms", sim.clock_offset_ms},
                {"paused_at_ms", sim.paused_at_ms},
                {"pending", pending_to_json(sim.pending)}}
        .dump();
}

SimDomain sim_domain_from_json(std::string_view text) try {
    return read(Json::parse(text));
} catch (const Json::exception& error) {
    fail(errors::bad_json, "simulated domain", "{}", error.what());
}

}    // namespace xm::xenvm
