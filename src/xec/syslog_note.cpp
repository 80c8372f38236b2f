#include "xec/syslog_note.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <syslog.h>

namespace xm::xec {

// `set P V` and `call M A...` name their member second, a plain call first.
std::string invocation_line(const std::string& service, const std::string& object, std::span<const std::string> words) {
    const bool prefixed = words.size() > 1 && (words[0] == "set" || words[0] == "call");
    const auto arguments = words.size() - (prefixed ? 2 : 1);
    return fmt::format("service={} object={} member={} arguments={}", text::escaped(service), text::escaped(object),
                       text::escaped(words[prefixed ? 1 : 0]), arguments);
}

void note_invocation(const Session& session, std::span<const std::string> words) {
    ::openlog("xec", LOG_PID, LOG_USER);
    ::syslog(LOG_INFO, "%s", invocation_line(session.service, session.object, words).c_str());
    ::closelog();
}

}    // namespace xm::xec
