#pragma once
// Where simulated domains live: <directory>/<uuid>.json each, so that a domain survives its monitor, and next-domid.
// Files are replaced whole. They need not survive the host, whose domains would not either.

#include "base/uuid.hpp"
#include "xenvm/sim_domain.hpp"

#include <filesystem>
#include <optional>

namespace xm::xenvm {

class SimStore {
public:
    // memory_limit_mib: what all simulated domains together may have; 0: no limit.
    SimStore(std::filesystem::path directory, std::int64_t memory_limit_mib);

    std::optional<SimDomain> load(const Uuid& uuid) const;
    void save(const Uuid& uuid, const SimDomain& sim) const;
    void remove(const Uuid& uuid) const;

    // Takes ids and memory for a new domain in one step, whatever other monitors do: gives `sim` its domain ids and
    // saves it. Fails with errors::not_enough_memory.
    void admit(const Uuid& uuid, SimDomain& sim) const;

private:
    std::int64_t memory_in_use_kib() const;
    std::filesystem::path file(const Uuid& uuid) const { return directory_ / (uuid.text() + ".json"); }

    std::filesystem::path directory_;
    std::int64_t memory_limit_mib_;
};

}    // namespace xm::xenvm
