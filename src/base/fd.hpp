#pragma once
// Sole owner of a file descriptor.

#include <fcntl.h>
#include <unistd.h>

#include <utility>

namespace xm {

class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : fd_{fd} {}
    Fd(Fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    Fd& operator=(Fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Fd() {
        if (fd_ >= 0) close(fd_);
    }

    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

// For a descriptor that a library opens without asking: what this process starts does not get it. A device model that
// did would keep a connection open after we have gone.
inline void keep_from_children(int fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

}    // namespace xm
