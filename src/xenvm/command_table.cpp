#include "xenvm/command_table.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "connect/guest_json.hpp"
#include "gen/errors.hpp"
#include "xenvm/device_commands.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace xm::xenvm {
namespace {

template <class T>
using awaitable = boost::asio::awaitable<T>;
using Context = CommandContext&;
using Args = CommandArgs;
using Result = CommandResult;
using std::chrono::seconds;

constexpr seconds guest_limit{300};    // how long a guest may take to go down, unless the caller says otherwise
constexpr seconds sleep_limit{30};
constexpr std::int64_t most_mib = std::int64_t{16} << 20;    // 16 TiB
constexpr std::int64_t most_ms = std::chrono::milliseconds{std::chrono::years{100}}.count();

model::GuestSpec spec_for_start(Context context, const Args& args) {
    if (!args.has("spec")) return context.config.spec();
    model::GuestSpec spec = connect::guest_spec_from_json(args.text("spec"));
    const std::string& uuid = context.monitor.facts().uuid;
    if (spec.uuid.empty()) spec.uuid = uuid;
    if (spec.uuid != uuid)
        fail(errors::invalid_arguments, "spec", "it is for {}, this is {}", text::escaped(spec.uuid), uuid);
    return spec;
}

awaitable<Result> help(Context, Args) {
    std::string text;
    for (const Command& row : commands())
        text += fmt::format("{}{}{} {}\n    {}\n", row.name, row.alias.empty() ? "" : "|", row.alias, row.parameters,
                            row.help);
    co_return text;
}

awaitable<Result> start(Context context, Args args) {
    if (!args.has("spec")) context.config.reload();
    co_await context.monitor.start(spec_for_start(context, args), args.flag("paused", false));
    co_return std::nullopt;
}

awaitable<Result> pause(Context context, Args) {
    co_await context.monitor.pause();
    co_return std::nullopt;
}

awaitable<Result> unpause(Context context, Args) {
    co_await context.monitor.unpause();
    co_return std::nullopt;
}

awaitable<Result> shutdown(Context context, Args args) {
    if (args.flag("forced", false))
        co_await context.monitor.destroy();
    else
        co_await context.monitor.shutdown(args.seconds("timeout", guest_limit));
    co_return std::nullopt;
}

awaitable<Result> restart(Context context, Args args) {
    if (args.flag("forced", false))
        co_await context.monitor.reset();
    else
        co_await context.monitor.reboot(args.seconds("timeout", guest_limit));
    co_return std::nullopt;
}

awaitable<Result> destroy(Context context, Args) {
    co_await context.monitor.destroy();
    co_return std::nullopt;
}

// Who sends the command stands in another folder than the monitor.
std::string image_path(const Args& args) {
    std::string file = args.text("file");
    if (!file.starts_with('/')) fail(errors::image_not_usable, text::escaped(file, 200), "it must be an absolute path");
    return file;
}

awaitable<Result> suspend(Context context, Args args) {
    co_await context.monitor.suspend(image_path(args));
    co_return std::nullopt;
}

awaitable<Result> restore(Context context, Args args) {
    const model::GuestSpec spec = args.has("spec") ? spec_for_start(context, args) : model::GuestSpec{};
    const RestoreOptions options{
        .file = image_path(args), .paused = args.flag("paused", false), .remove_file = args.flag("delete", true)};
    co_await context.monitor.restore(spec, options);
    co_return std::nullopt;
}

awaitable<Result> checkpoint(Context context, Args args) {
    co_await context.monitor.checkpoint(image_path(args));
    co_return std::nullopt;
}

awaitable<Result> quit(Context context, Args) {
    context.quit();
    co_return std::nullopt;
}

awaitable<Result> get_domid(Context context, Args) { co_return std::to_string(context.monitor.facts().domid); }
awaitable<Result> get_stubdomid(Context context, Args) { co_return std::to_string(context.monitor.facts().stubdomid); }
awaitable<Result> get_acpi_state(Context context, Args) { co_return std::to_string(context.monitor.facts().acpi); }
awaitable<Result> get_console(Context context, Args) { co_return context.monitor.engine().console(); }
awaitable<Result> get_status(Context context, Args) { co_return std::string{to_string(context.monitor.facts().state)}; }
awaitable<Result> facts(Context context, Args) { co_return connect::to_json(context.monitor.facts()); }

awaitable<Result> trigger(Context context, Args args) {
    const std::string what = args.text("params");
    Monitor& monitor = context.monitor;
    if (what == "s3resume")
        co_await monitor.wake();
    else if (what == "sleep")
        co_await monitor.sleep(args.seconds("timeout", sleep_limit));
    else if (what == "power")
        co_await monitor.engine().ask_shutdown();
    else if (what == "reset")
        co_await monitor.reset();
    else
        fail(errors::invalid_arguments, "params", "s3resume, sleep, power or reset is expected");
    co_return std::nullopt;
}

awaitable<Result> s3suspend(Context context, Args args) {
    co_await context.monitor.sleep(args.seconds("timeout", sleep_limit));
    co_return std::nullopt;
}

awaitable<Result> s4suspend(Context context, Args args) {
    co_await context.monitor.hibernate(args.seconds("timeout", sleep_limit));
    co_return std::nullopt;
}

awaitable<Result> set_mem_target(Context context, Args args) {
    co_await context.monitor.set_memory_target(args.number("mib", most_mib) * 1024);
    co_return std::nullopt;
}

// Without a version: it is not known.
awaitable<Result> pv_addons(Context context, Args args) {
    model::PvDrivers drivers{.said = model::PvAddons::removed};
    if (args.flag("installed", true))
        drivers = {.said = model::PvAddons::installed, .version = args.text("version", "")};
    if (!drivers.version.empty() && !model::is_driver_version(drivers.version))
        fail(errors::invalid_arguments, "version", "four numbers with dots between are expected");
    co_await context.monitor.engine().announce_drivers(drivers);
    co_return std::nullopt;
}

awaitable<Result> read_config(Context context, Args) {
    context.config.reload();
    co_return std::nullopt;
}

awaitable<Result> get_field(Context context, Args args) { co_return context.config.get(args.text("field")); }

awaitable<Result> set_field(Context context, Args args) {
    context.config.set(args.text("field"), args.text("value"));
    co_return std::nullopt;
}

awaitable<Result> sim_advance(Context context, Args args) {
    co_await context.monitor.engine().advance(std::chrono::milliseconds{args.number("ms", most_ms)});
    co_return std::nullopt;
}

awaitable<Result> sim_guest(Context context, Args args) {
    co_await context.monitor.engine().simulate(args.text("event"));
    co_return std::nullopt;
}

// clang-format off
constexpr Command rows[] = {
    {"help",               "",       "",                            "list the commands",                                          &help},
    {"start",              "",       "spec paused",                 "create the domain, from spec (JSON) or the configuration",   &start},
    {"pause",              "",       "",                            "stop the guest's processors",                                &pause},
    {"unpause",            "",       "",                            "let them run",                                               &unpause},
    {"shutdown",           "halt",   "forced timeout",              "ask the guest to shut down and wait until it has",           &shutdown},
    {"restart",            "reboot", "forced timeout auto-start",   "ask the guest to reboot and wait until it goes down",        &restart},
    {"destroy",            "",       "",                            "end the domain at once, and whatever is in progress",        &destroy},
    {"suspend",            "",       "file= live",                  "save the domain to a file and end it",                       &suspend},
    {"restore",            "",       "file= spec paused delete",    "continue a saved domain; delete=false keeps the file",       &restore},
    {"checkpoint",         "",       "file=",                       "save the domain to a file and go on",                        &checkpoint},
    {"quit",               "",       "",                            "end this monitor, leave the domain alone",                   &quit},
    {"get-domid",          "",       "",                            "domain id, -1: none",                                        &get_domid},
    {"get-stubdomid",      "",       "",                            "id of the domain of the device model, -1: none",             &get_stubdomid},
    {"get-status",         "",       "",                            "state, as in vm:state notifications",                        &get_status},
    {"get-acpi-state",     "",       "",                            "ACPI S-state: 0, 3, 4 or 5",                                 &get_acpi_state},
    {"get-console",        "",       "",                            "path of the terminal of the guest's first console",          &get_console},
    {"facts",              "",       "",                            "everything the monitor knows, as JSON",                      &facts},
    {"trigger",            "",       "params= timeout",             "s3resume, sleep, power (button) or reset",                   &trigger},
    {"s3suspend",          "",       "timeout",                     "ask the guest to sleep and wait until it does",              &s3suspend},
    {"s4suspend",          "",       "timeout",                     "ask the guest to hibernate and wait until it is down",       &s4suspend},
    {"disk-add",           "",       "disk=",                       "physpath:phystype:virtpath:mode:devtype",                    &disk_add},
    {"cd-insert-file",     "",       "virtpath= file=",             "put an image into a CD drive",                               &cd_insert_file},
    {"cd-insert-real",     "",       "virtpath= device",            "put the medium of the host's drive into a CD drive",         &cd_insert_real},
    {"cd-eject",           "",       "virtpath=",                   "take the medium out of a CD drive",                          &cd_eject},
    {"nic-add",            "",       "id network bridge mac model wireless backend-domid", "add a network card",                  &nic_add},
    {"nic-list",           "",       "",                            "one line for each network card",                             &nic_list},
    {"nic-network-switch", "",       "id= network= bridge",         "connect a network card to another network",                  &nic_network_switch},
    {"set-nic-backend-dom","",       "id= domid=",                  "move a network card to another backend domain",              &set_nic_backend_dom},
    {"pci-add",            "",       "pci=",                        "pass a device through: domain:bus:device.function",          &pci_add},
    {"pci-list",           "",       "",                            "addresses of devices passed through, one a line",            &pci_list},
    {"device",             "",       "",                            "one line for each disk, network card and passed-through device", &list_devices},
    {"get",                "",       "field=",                      "a key of the configuration, as the next start will see it",  &get_field},
    {"set",                "",       "field= value=",               "give it another value, which stays when the file is read again", &set_field},
    {"set-mem-target",     "",       "mib=",                        "memory that the domain shall have, in MiB",                  &set_mem_target},
    {"read-config",        "",       "",                            "read the configuration file again",                          &read_config},
    {"pv-addons",          "",       "installed version",           "what the guest's agent says of its drivers",                  &pv_addons},
    {"sim-advance",        "",       "ms=",                         "move the time of a simulated guest forward",                 &sim_advance},
    {"sim-guest",          "",       "event=",                      "a simulated guest acts: halt, reboot, crash, sleep, wake, hibernate, rtc:<offset>, pv-addons:<version>, pv-addons-removed", &sim_guest},
};
// clang-format on

bool same_name(std::string_view row, std::string_view given) {
    return std::equal(row.begin(), row.end(), given.begin(), given.end(),
                      [](char a, char b) { return a == (b == '_' ? '-' : b); });
}

void check_parameters(const Command& command, const StringMap& given) {
    std::vector<std::string> known;
    for (const std::string_view word : text::split(command.parameters, ' ')) {
        const bool mandatory = word.ends_with('=');
        known.emplace_back(mandatory ? word.substr(0, word.size() - 1) : word);
        if (mandatory && !given.contains(known.back()))
            fail(errors::invalid_arguments, std::string{command.name}, "{} is missing", known.back());
    }
    for (const auto& [name, value] : given)
        if (std::find(known.begin(), known.end(), name) == known.end())
            fail(errors::invalid_arguments, std::string{command.name}, "{} is no parameter of it",
                 text::escaped(name, 40));
}

}    // namespace

std::span<const Command> commands() { return rows; }

const Command* find_command(std::string_view name) {
    for (const Command& row : rows)
        if (same_name(row.name, name) || (!row.alias.empty() && same_name(row.alias, name))) return &row;
    return nullptr;
}

awaitable<Result> run_command(CommandContext& context, std::string name, StringMap params) {
    const Command* command = find_command(name);
    if (!command) fail(errors::unknown_method, text::escaped(name, 40), "no such command");
    check_parameters(*command, params);
    return command->run(context, CommandArgs{std::move(params)});
}

}    // namespace xm::xenvm
