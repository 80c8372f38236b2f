#include "connect/xl/log.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace xm::connect::xl {
namespace {

constexpr std::size_t longest_message = 512;
constexpr std::size_t remembered_errors = 3;    // the first ones name the cause, later ones its consequences

spdlog::level::level_enum level_of(xentoollog_level level) {
    if (level >= XTL_ERROR) return spdlog::level::err;
    if (level >= XTL_WARN) return spdlog::level::warn;
    return spdlog::level::debug;    // their "info" is chatter to us
}

}    // namespace

Log::Log() {
    face_.base.vmessage = &Log::message;
    face_.base.progress = nullptr;
    face_.base.destroy = [](xentoollog_logger*) {};
    face_.log = this;
}

std::string Log::errors() const {
    std::string all;
    for (const std::string& error : errors_)
        all += (all.empty() ? "" : "; ") + error;
    return all;
}

void Log::message(xentoollog_logger* logger, xentoollog_level level, int errnum, const char* context,
                  const char* format, va_list arguments) {
    if (level_of(level) < spdlog::get_level()) return;
    std::array<char, longest_message> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    std::string line{text.data()};
    if (errnum >= 0) line += std::string{": "} + std::strerror(errnum);
    if (context && level < XTL_WARN) line = std::string{context} + ": " + line;
    static_cast<Face*>(static_cast<void*>(logger))->log->take(level, text::escaped(line, longest_message));
}

void Log::take(xentoollog_level level, std::string text) {
    spdlog::log(level_of(level), "libxl: {}", text);
    if (level < XTL_ERROR || errors_.size() == remembered_errors) return;
    if (std::find(errors_.begin(), errors_.end(), text) == errors_.end()) errors_.push_back(std::move(text));
}

}    // namespace xm::connect::xl
