#pragma once
// The monitor's commands: one row each, the same for the socket, the bus and the help text. A command's result is
// nothing or one string.

#include "xenvm/command_args.hpp"
#include "xenvm/monitor.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace xm::xenvm {

// Where a start without a spec of its own takes it from.
class SpecSource {
public:
    virtual ~SpecSource() = default;
    virtual model::GuestSpec spec() const = 0;    // fails with errors::bad_config if there is none
    virtual void reload() = 0;                    // the same file once more; errors::bad_config leaves the old one

    // A key of the file, as the next start will see it; a value set here stays when the file is read again. Fails with
    // errors::invalid_arguments, and with errors::bad_config if there is no file.
    virtual std::string get(const std::string& field) const = 0;
    virtual void set(const std::string& field, const std::string& value) = 0;
};

struct CommandContext {
    Monitor& monitor;
    SpecSource& config;
    std::function<void()> quit;    // ends the process soon, after the reply
};

using CommandResult = std::optional<std::string>;

struct Command {
    std::string_view name;
    std::string_view alias;         // second spelling, or empty
    std::string_view parameters;    // names with blanks; "name=" must be given
    std::string_view help;
    boost::asio::awaitable<CommandResult> (*run)(CommandContext& context, CommandArgs args);
};

std::span<const Command> commands();

// `name` as on the wire; underscores count as hyphens. Null: no such command.
const Command* find_command(std::string_view name);

// Checks names of parameters, then runs. Fails with errors::unknown_method, errors::invalid_arguments, or as the
// command does.
boost::asio::awaitable<CommandResult> run_command(CommandContext& context, std::string name, StringMap params);

}    // namespace xm::xenvm
