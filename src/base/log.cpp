#include "base/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>

namespace xm::log {

void start(const Options& options) {
    auto logger = std::make_shared<spdlog::logger>(options.ident, std::make_shared<spdlog::sinks::stderr_sink_st>());
    const bool journal = std::getenv("JOURNAL_STREAM") != nullptr && isatty(STDERR_FILENO) == 0;
    logger->set_pattern(journal ? "%n[%P]: %l: %v" : "%Y-%m-%dT%H:%M:%S.%e %n[%P]: %l: %v");
    logger->set_level(options.debug ? spdlog::level::debug : spdlog::level::info);
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

}    // namespace xm::log
