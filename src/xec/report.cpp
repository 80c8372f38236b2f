#include "xec/report.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "xec/client.hpp"
#include "xec/failures.hpp"
#include "xec/terminal.hpp"
#include "xec/value_json.hpp"

#include <unistd.h>

#include <cstdio>

namespace xm::xec {
namespace {

struct BusRemedy {
    std::string_view error;
    std::string_view remedy;
};

// clang-format off
constexpr BusRemedy bus_remedies[] = {
    {"org.freedesktop.DBus.Error.ServiceUnknown",   "Check that the service runs and that its name is right."},
    {"org.freedesktop.DBus.Error.NameHasNoOwner",   "Check that the service runs and that its name is right."},
    {"org.freedesktop.DBus.Error.Disconnected",     "The bus or the service went away during the call; try again."},
    {"org.freedesktop.DBus.Error.NoReply",          "The service may be busy: try again; xec and xec-vm wait longer with --timeout SECONDS."},
    {"org.freedesktop.DBus.Error.Timeout",          "The service may be busy: try again; xec and xec-vm wait longer with --timeout SECONDS."},
    {"org.freedesktop.DBus.Error.AccessDenied",     "The bus policy or the service forbids this to you; try it as root."},
    {"org.freedesktop.DBus.Error.UnknownObject",    "Check the path of the object."},
    {"org.freedesktop.DBus.Error.UnknownInterface", "See what the object has: xec --list-interfaces."},
    {"org.freedesktop.DBus.Error.UnknownMethod",    "See what the object has: xec --list-methods."},
    {"org.freedesktop.DBus.Error.UnknownProperty",  "See what the object has: xec --list-properties."},
};
// clang-format on

struct Trouble {
    std::string error;
    std::string object;
    std::string message;
    std::string remedy;
};

std::string text_of(const Reporting& reporting, const Trouble& trouble, bool from_bus) {
    std::string text = from_bus ? trouble.error : reporting.program;
    if (!trouble.object.empty()) text += ": " + trouble.object;
    text += ": " + trouble.message + '\n';
    if (!trouble.remedy.empty()) text += "  " + trouble.remedy + '\n';
    return text;
}

std::string json_of(const Trouble& trouble) {
    Json json{{"error", trouble.error}};
    if (!trouble.object.empty()) json["object"] = trouble.object;
    json["message"] = trouble.message;
    if (!trouble.remedy.empty()) json["remedy"] = trouble.remedy;
    return compact(json) + '\n';
}

void to_stderr(const std::string& text) {
    const auto safe = ::isatty(STDERR_FILENO) == 1 ? escape_control(text) : text;
    std::fflush(stdout);
    std::fwrite(safe.data(), 1, safe.size(), stderr);
}

void report(const Reporting& reporting, const Trouble& trouble, bool from_bus) {
    to_stderr(reporting.json ? json_of(trouble) : text_of(reporting, trouble, from_bus));
}

}    // namespace

std::string remedy_for(const std::string& error_name) {
    for (const auto& row : bus_remedies)
        if (row.error == error_name) return std::string{row.remedy};
    return {};
}

int run_reporting(const Reporting& reporting, const std::function<int()>& body) {
    try {
        return body();
    } catch (const ErrorReply& reply) {
        const std::string message{text::trim(reply.text())};    // some services end it with a newline
        report(reporting, {reply.name(), "", message, remedy_for(reply.name())}, true);
        return reply.is_timeout() ? exit_timed_out : reporting.error_reply;
    } catch (const Failure& failure) {
        const auto& info = failure.info();
        report(reporting, {std::string{info.symbol}, failure.object(), failure.cause(), std::string{info.remedy}},
               false);
        return &info == &failures::timed_out ? exit_timed_out : exit_failed;
    } catch (const std::exception& error) {
        report(reporting, {"unexpected", "", error.what(), ""}, false);
        return exit_failed;
    }
}

void warn_user(const Reporting& reporting, const std::string& text) {
    to_stderr(reporting.json ? compact(Json{{"warning", text}}) + '\n' : reporting.program + ": " + text + '\n');
}

}    // namespace xm::xec
