#include "xenvm/startup.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace xm::xenvm {
namespace {

boost::asio::awaitable<void> start_up(Monitor& monitor, model::GuestSpec spec, ConfigFile config) try {
    const RestoreOptions restore{
        .file = config.restore_file, .paused = false, .remove_file = config.remove_restore_file};
    switch (config.startup) {
        case Startup::shutdown:
            break;
        case Startup::started:
            co_await monitor.start(std::move(spec), false);
            break;
        case Startup::paused:
            co_await monitor.start(std::move(spec), true);
            break;
        case Startup::restore:
            co_await monitor.restore(std::move(spec), restore);
            break;
    }
} catch (const std::exception& error) {
    log::error("start-up action failed cause={}", error.what());
}

}    // namespace

void prepare_run_dir(const std::filesystem::path& directory) {
    if (directory.has_parent_path()) std::filesystem::create_directories(directory.parent_path());
    if (::mkdir(directory.c_str(), 0750) != 0 && errno != EEXIST)
        throw std::system_error{errno, std::system_category(), "mkdir " + directory.string()};
}

void run_startup(const boost::asio::any_io_executor& executor, Monitor& monitor, const FileConfig& config) {
    if (!config.file() || monitor.facts().domid >= 0) return;
    boost::asio::co_spawn(executor, start_up(monitor, config.spec(), *config.file()), boost::asio::detached);
}

}    // namespace xm::xenvm
