#include "xenvm/sim_store.hpp"

#include "base/failure.hpp"
#include "base/fd.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace xm::xenvm {
namespace {

[[noreturn]] void raise(const char* what, const std::filesystem::path& path) {
    throw std::system_error{errno, std::system_category(), std::string{what} + " " + path.string()};
}

void write_whole(const Fd& fd, std::string_view text, const std::filesystem::path& path) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR) raise("write", path);
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
}

// Without fsync: the directory is in memory or as short-lived as if it were.
void replace(const std::filesystem::path& path, std::string_view text) {
    const std::filesystem::path temporary = path.string() + ".new";
    {
        const Fd fd{::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
        if (!fd) raise("create", temporary);
        write_whole(fd, text, temporary);
    }
    if (::rename(temporary.c_str(), path.c_str()) != 0) raise("rename", path);
}

int read_counter(const Fd& fd) {
    char digits[16];
    const ssize_t size = ::pread(fd.get(), digits, sizeof digits, 0);
    return size > 0 ? text::parse_number<int>({digits, static_cast<std::size_t>(size)}).value_or(1) : 1;
}

void write_counter(const Fd& fd, int value, const std::filesystem::path& path) {
    const std::string digits = std::to_string(value);
    if (::pwrite(fd.get(), digits.data(), digits.size(), 0) != static_cast<ssize_t>(digits.size()))
        raise("write", path);
}

}    // namespace

SimStore::SimStore(std::filesystem::path directory, std::int64_t memory_limit_mib)
    : directory_{std::move(directory)}, memory_limit_mib_{memory_limit_mib} {
    std::filesystem::create_directories(directory_);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
}

std::optional<SimDomain> SimStore::load(const Uuid& uuid) const {
    if (!std::filesystem::exists(file(uuid))) return std::nullopt;
    return sim_domain_from_json(files::read(file(uuid)));
}

void SimStore::save(const Uuid& uuid, const SimDomain& sim) const { replace(file(uuid), to_json(sim)); }

void SimStore::remove(const Uuid& uuid) const {
    std::error_code ignored;
    std::filesystem::remove(file(uuid), ignored);
}

void SimStore::admit(const Uuid& uuid, SimDomain& sim) const {
    const std::filesystem::path counter = directory_ / "next-domid";
    const Fd fd{::open(counter.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!fd) raise("open", counter);
    while (::flock(fd.get(), LOCK_EX) != 0)
        if (errno != EINTR) raise("lock", counter);

    const std::int64_t wanted_kib = sim.domain.memory_kib;
    if (memory_limit_mib_ > 0 && memory_in_use_kib() + wanted_kib > memory_limit_mib_ * 1024)
        fail(errors::not_enough_memory, uuid.text(), "{} MiB wanted, {} MiB free", wanted_kib / 1024,
             memory_limit_mib_ - memory_in_use_kib() / 1024);
    int next = read_counter(fd);
    sim.domain.domid = next++;
    sim.domain.stubdomid = sim.domain.spec.stubdom ? next++ : -1;
    write_counter(fd, next, counter);
    save(uuid, sim);
}

std::int64_t SimStore::memory_in_use_kib() const {
    std::int64_t sum = 0;
    for (const auto& entry : std::filesystem::directory_iterator{directory_}) {
        const auto uuid =
            entry.path().extension() == ".json" ? Uuid::parse(entry.path().stem().string()) : std::nullopt;
        const auto sim = uuid ? load(*uuid) : std::nullopt;
        if (sim) sum += sim->domain.memory_kib;
    }
    return sum;
}

}    // namespace xm::xenvm
