// xec-vm: finds a VM and runs xec on it; without a selection, shows all VMs.

#include "base/failure.hpp"
#include "xec/commands.hpp"
#include "xec/console.hpp"
#include "xec/failures.hpp"
#include "xec/help.hpp"
#include "xec/names.hpp"
#include "xec/report.hpp"
#include "xec/target.hpp"
#include "xec/terminal.hpp"
#include "xec/vm_lookup.hpp"

using namespace xm;
using namespace xm::xec;

namespace {

int show_all(Client& client, const Options& options, const Output& output) {
    const auto vms = sorted(all_vms(client, service_of(options)));
    if (output.is_json()) {
        output.json(vm_table_json(vms));
    } else {
        output.lines(vm_table(vms, [&](std::string_view cell) { return output.shown(cell); }));
    }
    return exit_done;
}

Vm selected(Client& client, const Options& options, const Selection& selection, const Reporting& reporting) {
    const auto vms = find_vms(client, service_of(options), selection);
    if (vms.empty()) fail(failures::no_such_vm, "", "vm '{}' not found", quotable(selection.wanted));
    if (vms.size() > 1)
        warn_user(reporting, fmt::format("{} VMs match '{}'; taking {}. Select one with --uuid.", vms.size(),
                                         quotable(selection.wanted), vms.front().uuid));
    return vms.front();
}

// The call that lists the VM's devices, whatever else was asked for.
Options device_list(const Options& options, const Vm& vm) {
    Options list;
    list.object = vm.path;
    list.interface = names::vm;
    list.words = {options.list_disks ? "list_disks" : "list_nics"};
    list.quiet = true;
    return list;
}

// The options of xec that do the work on the selected VM, its disk or its network card.
Options for_xec(const Options& options, const Vm& vm) {
    if (options.list_disks || options.list_nics) return device_list(options, vm);
    auto result = options;
    result.object = vm.path;
    if (options.disk) {
        *result.object += "/disk/" + *options.disk;
    } else if (options.nic) {
        *result.object += "/nic/" + *options.nic;
    }
    return result;
}

int run_on(const Vm& vm, Client& client, const Options& options, const Output& output) {
    const auto rewritten = for_xec(options, vm);
    Session session{rewritten, client, output, service_of(options), *rewritten.object};
    if (!options.disk && !options.nic) session.usual_interface = names::vm;
    return run_command(session);
}

// A VM that is where it is expected is not looked for first: one question less. If nothing is there, nothing has
// happened.
int run_on_selected(Client& client, const Options& options, const Selection& selection, const Output& output,
                    const Reporting& reporting) {
    if (wants_console(options)) become_console(selected(client, options, selection, reporting), options);
    if (const auto path = likely_path(selection)) try {
            return run_on({.path = *path, .domid = {}, .name = {}, .uuid = {}, .state = {}}, client, options, output);
        } catch (const ErrorReply& reply) {
            if (!reply.is_unknown()) throw;
        }
    return run_on(selected(client, options, selection, reporting), client, options, output);
}

}    // namespace

int main(int argc, char** argv) {
    const std::span<const char* const> arguments{argv + 1, static_cast<std::size_t>(argc - 1)};
    Reporting reporting{.program = "xec-vm", .json = mentions_json(arguments)};
    return run_reporting(reporting, [&] {
        const auto options = parse_options(arguments, vm_options(), xec_options());
        reporting.json = options.json;
        const Output output{{.json = options.json, .raw = options.raw}};
        if (options.help) {
            output.lines(xec_vm_help());
            return int{exit_done};
        }
        const auto client = connect(options);
        const auto selection = selection_of(options);
        const int code = selection ? run_on_selected(*client, options, *selection, output, reporting)
                                   : show_all(*client, options, output);
        output.flush();
        return code;
    });
}
