// xec: calls methods, reads and writes properties and follows signals of a D-Bus service.

#include "xec/commands.hpp"
#include "xec/help.hpp"
#include "xec/report.hpp"
#include "xec/target.hpp"

#include <cstdio>

using namespace xm::xec;

int main(int argc, char** argv) {
    const std::span<const char* const> arguments{argv + 1, static_cast<std::size_t>(argc - 1)};
    Reporting reporting{.program = "xec", .json = mentions_json(arguments)};
    return run_reporting(reporting, [&] {
        const auto options = parse_options(arguments, xec_options());
        reporting.json = options.json;
        const Output output{{.json = options.json, .raw = options.raw}};
        if (options.help) {
            output.lines(xec_help());
            return int{exit_done};
        }
        auto client = connect(options);
        Session session{options, *client, output, service_of(options), options.object.value_or("/")};
        const int code = run_command(session);
        output.flush();
        return code;
    });
}
