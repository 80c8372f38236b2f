#include "rpcproxy/denial_log.hpp"

#include "base/log.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace xm::rpcproxy {
namespace {

constexpr std::array kinds{"invalid", "method-call", "method-return", "error", "signal"};

void add(std::string& line, std::string_view key, const std::optional<std::string_view>& value) {
    if (value) line += fmt::format(" {}={}", key, text::escaped(*value));
}

}    // namespace

std::string line_of(const Denial& denial) {
    const Message& message = denial.message;
    std::string line = fmt::format("{} {}", denial.direction == Direction::incoming ? "inc" : "out",
                                   message.type < kinds.size() ? kinds[message.type] : "unknown");
    add(line, "sender", message.sender);
    add(line, "destination", message.destination);
    add(line, "interface", message.interface);
    add(line, "member", message.member);
    add(line, "path", message.path);
    line += fmt::format(" serial={}", message.serial);
    if (message.reply_serial) line += fmt::format(" reply-serial={}", *message.reply_serial);
    if (denial.facts) {
        add(line, "dom-type", denial.facts->type);
        add(line, "dom-name", denial.facts->name);
    }
    if (denial.verdict.rule)
        return line + fmt::format(" rule={}", text::escaped(to_string(denial.verdict.rule->origin)));
    return line + fmt::format(" reason=\"{}\"", denial.verdict.reason ? denial.verdict.reason : "");
}

bool DenialLog::has_room(Clock::time_point now) {
    const std::chrono::duration<double> passed = now - filled_;
    filled_ = now;
    room_ = std::min<double>(at_once, room_ + passed.count() * per_second);
    if (room_ < 1) return false;
    room_ -= 1;
    return true;
}

void DenialLog::write(const Denial& denial, const std::string& who, Clock::time_point now) {
    if (!has_room(now)) {
        ++left_out_;
        return;
    }
    write_left_out(who);
    log::info("DENY {} {}", who, line_of(denial));
}

void DenialLog::write_left_out(const std::string& who) {
    if (left_out_ > 0) log::info("DENY {} and {} more since the last line", who, left_out_);
    left_out_ = 0;
}

DenialLog& DenialLogs::of(const std::string& who) {
    if (const auto at = logs_.find(who); at != logs_.end()) return at->second;
    if (logs_.size() >= most) {
        for (auto& [guest, log] : logs_)
            log.write_left_out(guest);
        logs_.clear();
    }
    return logs_[who];
}

}    // namespace xm::rpcproxy
