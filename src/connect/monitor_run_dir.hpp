#pragma once
// The directory where monitors meet their callers. For each machine: vm-<uuid>, the socket, and vm-<uuid>.lock, which
// its monitor holds locked for as long as it lives. A socket whose lock is free was left behind by a dead monitor.
// dm-<uuid> is where a machine's device model listens to its monitor.

#include "base/fd.hpp"
#include "base/uuid.hpp"

#include <filesystem>
#include <vector>

namespace xm::connect {

class MonitorRunDir {
public:
    explicit MonitorRunDir(std::filesystem::path directory) : directory_{std::move(directory)} {}

    const std::filesystem::path& path() const { return directory_; }
    std::filesystem::path socket(const Uuid& uuid) const { return directory_ / ("vm-" + uuid.text()); }
    std::filesystem::path device_model(const Uuid& uuid) const { return directory_ / ("dm-" + uuid.text()); }

    // Takes the machine's lock; empty if a live monitor holds it. Released when the descriptor is closed.
    Fd try_lock(const Uuid& uuid) const;

    // Removes socket and lock file. Only for the holder of the lock.
    void remove(const Uuid& uuid) const;

    // Machines that have a socket here, live or not, sorted.
    std::vector<Uuid> sockets() const;

private:
    std::filesystem::path lock(const Uuid& uuid) const { return directory_ / ("vm-" + uuid.text() + ".lock"); }

    std::filesystem::path directory_;
};

}    // namespace xm::connect
