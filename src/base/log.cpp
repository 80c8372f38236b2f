#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace xm::log {
namespace {

// How the journal learns a line's priority: sd-daemon(3).
class Priority final : public spdlog::custom_flag_formatter {
public:
    void format(const spdlog::details::log_msg& line, const std::tm&, spdlog::memory_buf_t& to) override {
        constexpr std::string_view by_level[] = {"<7>", "<7>", "<6>", "<4>", "<3>", "<2>", "<6>"};
        const std::string_view text = by_level[line.level];
        to.append(text.data(), text.data() + text.size());
    }
    std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<Priority>(); }
};

// The variable says which file the journal reads; a stderr that leads elsewhere by now is another.
bool journal_reads_stderr() {
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat ours{};
    return stream && ::fstat(STDERR_FILENO, &ours) == 0 && fmt::format("{}:{}", ours.st_dev, ours.st_ino) == stream;
}

}    // namespace

void start(const Options& options) {
    auto logger = std::make_shared<spdlog::logger>(options.ident, std::make_shared<spdlog::sinks::stderr_sink_st>());
    auto format = std::make_unique<spdlog::pattern_formatter>();
    format->add_flag<Priority>('*');
    format->set_pattern(journal_reads_stderr() ? "%*%n[%P]: %l: %v" : "%Y-%m-%dT%H:%M:%S.%e %n[%P]: %l: %v");
    logger->set_formatter(std::move(format));
    logger->set_level(options.debug ? spdlog::level::debug : spdlog::level::info);
    logger->flush_on(spdlog::level::trace);
    spdlog::set_default_logger(std::move(logger));
}

}    // namespace xm::log
