#include "rpcproxy/rule_file.hpp"

#include "base/failure.hpp"
#include "base/fd.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace xm::rpcproxy {
namespace {

constexpr std::size_t most_bytes = 16 << 20;

[[noreturn]] void cannot_read(const std::string& path, const char* why) {
    fail(errors::io_error, text::escaped(path), "the rules cannot be read: {}", why);
}

}    // namespace

std::string read_rule_file(const std::string& path) {
    const Fd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (!file) cannot_read(path, std::strerror(errno));
    struct stat found{};
    if (::fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) cannot_read(path, "it is not a regular file");
    if ((found.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        log::warn("rules file={} may be written by others than its owner", text::escaped(path));
    std::string text;
    std::array<char, 64 << 10> part{};
    while (text.size() <= most_bytes) {
        const auto got = ::read(file.get(), part.data(), part.size());
        if (got < 0) cannot_read(path, std::strerror(errno));
        if (got == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(got));
    }
    cannot_read(path, "it is longer than 16 MiB");
}

}    // namespace xm::rpcproxy
