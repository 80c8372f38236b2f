#include "xenvm/log_setup.hpp"

#include "base/fd.hpp"
#include "base/log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/syslog_sink.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace xm::xenvm {
namespace {

// Opened once, never through a link that somebody else put into /tmp.
class FdSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit FdSink(Fd fd) : fd_{std::move(fd)} {}

private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        if (::write(fd_.get(), line.data(), line.size()) < 0) return;    // a full disk must not stop the monitor
    }
    void flush_() override {}

    Fd fd_;
};

}    // namespace

void start_log(const Settings& settings) { log::start({.ident = "xenvm", .debug = settings.debug}); }

void name_log(const Settings& settings, const Uuid& uuid) {
    const std::string name = "xenvm " + uuid.text();
    if (!settings.syslog) return log::start({.ident = name, .debug = settings.debug});
    auto sink = std::make_shared<spdlog::sinks::syslog_sink_st>("xenvm", LOG_PID, LOG_DAEMON, false);
    auto logger = std::make_shared<spdlog::logger>(name, std::move(sink));
    logger->set_pattern("%n: %v");
    logger->set_level(settings.debug ? spdlog::level::debug : spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

void add_debug_file(const ConfigFile& config, const Uuid& uuid) {
    if (!config.debug) return;
    const std::string path = config.debug_file.empty() ? "/tmp/xenvm-debug-" + uuid.text() : config.debug_file;
    Fd fd{::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!fd) return log::warn("no debug file path={} cause={}", path, std::system_category().message(errno));
    auto sink = std::make_shared<FdSink>(std::move(fd));
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l: %v");
    spdlog::default_logger()->sinks().push_back(std::move(sink));
    spdlog::default_logger()->set_level(spdlog::level::debug);
}

}    // namespace xm::xenvm
