// xec-vm: finds a VM and runs xec on it; without a selection, shows all VMs.

#include "base/failure.hpp"
#include "base/text.hpp"
#include "xec/commands.hpp"
#include "xec/failures.hpp"
#include "xec/help.hpp"
#include "xec/names.hpp"
#include "xec/report.hpp"
#include "xec/target.hpp"
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
    if (vms.empty()) fail(failures::no_such_vm, "", "vm '{}' not found", text::escaped(selection.wanted));
    if (vms.size() > 1)
        warn_user(reporting, fmt::format("{} VMs match '{}'; taking {}. Select one with --uuid.", vms.size(),
                                         text::escaped(selection.wanted), vms.front().uuid));
    return vms.front();
}

// The options of xec that do the work on the selected VM, its disk or its network card.
Options rewritten(Options options, const Vm& vm) {
    options.object = vm.path;
    if (options.list_disks || options.list_nics) {
        options.interface = names::vm;
        options.words = {options.list_disks ? "list_disks" : "list_nics"};
        options.quiet = true;
    } else if (options.disk) {
        options.object = vm.path + "/disk/" + *options.disk;
    } else if (options.nic) {
        options.object = vm.path + "/nic/" + *options.nic;
    }
    return options;
}

int run_on_vm(Client& client, const Options& options, const Selection& selection, const Output& output,
              const Reporting& reporting) {
    const auto vm = selected(client, options, selection, reporting);
    const auto for_vm = rewritten(options, vm);
    Session session{for_vm, client, output, service_of(options), *for_vm.object};
    return run_command(session);
}

}    // namespace

int main(int argc, char** argv) {
    Reporting reporting{.program = "xec-vm", .json = false};
    return run_reporting(reporting, [&] {
        const auto options = parse_options({argv + 1, static_cast<std::size_t>(argc - 1)}, vm_options(), xec_options());
        reporting.json = options.json;
        const Output output{{.json = options.json, .raw = options.raw}};
        if (options.help) {
            output.lines(xec_vm_help());
            return int{exit_done};
        }
        const auto client = connect(options);
        const auto selection = selection_of(options);
        const int code =
            selection ? run_on_vm(*client, options, *selection, output, reporting) : show_all(*client, options, output);
        output.flush();
        return code;
    });
}
