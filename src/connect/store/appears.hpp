#pragma once
// Tells when a file appears at a path, or appears anew, or may be opened by others than before; folders that are still
// missing included. Costs nothing in between (inotify).

#include "base/fd.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <filesystem>
#include <functional>
#include <string>

namespace xm::connect::store {

class Appears {
public:
    // `on_appear` must not destroy this.
    Appears(boost::asio::any_io_executor executor, std::filesystem::path file, std::function<void()> on_appear);

    // No: the system has no inotify instance left, of which a user has 128 unless told otherwise. It will not tell.
    bool hears() const { return news_.is_open(); }

private:
    void settle();
    void wait();
    bool concerns_us();

    std::filesystem::path file_;
    std::function<void()> on_appear_;
    boost::asio::posix::stream_descriptor news_;
    std::string expected_;    // the name that must appear next in the folder that is looked at
};

}    // namespace xm::connect::store
