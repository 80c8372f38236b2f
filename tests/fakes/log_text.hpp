#pragma once
// What is logged while this lives.

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <string>

namespace xm::test {

class LogText {
public:
    LogText() {
        spdlog::set_default_logger(
            std::make_shared<spdlog::logger>("taken", std::make_shared<spdlog::sinks::ostream_sink_st>(text_)));
    }
    ~LogText() { spdlog::set_default_logger(before_); }
    LogText(const LogText&) = delete;
    LogText& operator=(const LogText&) = delete;

    bool has(const std::string& words) const { return text_.str().find(words) != std::string::npos; }

private:
    std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
    std::ostringstream text_;
};

}    // namespace xm::test
