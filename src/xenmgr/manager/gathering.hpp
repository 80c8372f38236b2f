#pragma once
// Diagnostic data that guests hand in: while a gathering is open, each hands in files, which go to a new directory that
// only the host reads. What guests hand in is bounded; how many are waited for is decided by who opens it.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>

namespace xm::xenmgr {

class Gathering {
public:
    // below: where the directories are made, /tmp on a host.
    Gathering(const boost::asio::any_io_executor& executor, std::filesystem::path below)
        : timer_{executor}, below_{std::move(below)} {}

    // A new, empty directory for a gathering that is open from now on. Failures: io_error; host_busy while one is open.
    std::filesystem::path open();
    // Waits until so many files came, or the time is over; then the gathering is closed.
    boost::asio::awaitable<void> close_after(std::size_t files, std::chrono::seconds time);

    // name: a plain file name; data: hexadecimal digits, two a byte. Both untrusted. Failures:
    // not_gathering_diagnostics, bad_value, limits_exceeded, io_error.
    void put(const std::string& name, const std::string& data);

private:
    static constexpr std::size_t most_bytes = std::size_t{64} << 20;    // of all files together
    static constexpr std::size_t most_files = 256;

    boost::asio::steady_timer timer_;
    std::filesystem::path below_;
    std::filesystem::path directory_;    // empty: none is open
    std::size_t files_ = 0;
    std::size_t bytes_ = 0;
};

}    // namespace xm::xenmgr
