#include "xec/help.hpp"

#include "xec/commands.hpp"
#include "xec/options.hpp"
#include "xec/terminal.hpp"

namespace xm::xec {
namespace {

constexpr std::string_view values_help = R"(Values
  numbers 5 -5 2.5, true/false, texts as they are; arrays and structs [1, 2], dictionaries {"k": 1},
  texts in those "quoted" or 'quoted'; bytes also "a\x00"; variants with their type: i:5, s:text, as:["a", "b"]
)";

constexpr std::string_view exit_help = R"(Exit codes
  0  done
  1  failed: the service answered with an error, or the command, a value, the object or the bus is wrong
  3  no answer, or with --wait the state not reached, within --timeout
  Results go to standard output, errors with their remedy to standard error.
)";

constexpr std::string_view xec_examples = R"(Examples
  xec list-vms
  xec create-vm-with-template new-vm
  xec get iso-path
  xec -s org.freedesktop.login1 -o /org/freedesktop/login1 ListSessions
)";

constexpr std::string_view vm_commands = R"(
Command of a running VM, beside those of xec
  console                      the guest's console on this terminal; Ctrl-] leaves it
)";

constexpr std::string_view vm_examples = R"(Examples
  xec-vm                                  table of all VMs
  xec-vm -n win7 --wait start
  xec-vm -u UUID get state
  xec-vm -u UUID -k 0 get phys-path
  xec-vm -n win7 set memory 2048
  xec-vm -n win7 monitor
  xec-vm -n web console
)";

std::string commands_help() {
    std::string help = "Commands\n";
    for (const auto& row : commands()) {
        if (row.help.empty()) continue;
        const std::string name{row.name.empty() ? "(none)" : row.name == "*" ? "METHOD" : row.name};
        help += "  " + pad_right(name + " " + std::string{row.arguments}, 28) + " " + std::string{row.help} + "\n";
    }
    return help;
}

std::string common_help(std::string_view examples) {
    return "\n" + commands_help() + "\n" + std::string{values_help} + "\n" + std::string{exit_help} + "\n" +
           std::string{examples};
}

}    // namespace

std::string usage_text() {
    return "usage: xec [OPTION...] [COMMAND [ARGUMENT...]]\n"
           "       xec-vm [SELECTION] [OPTION...] [COMMAND [ARGUMENT...]]\n"
           "       xec --help shows the options and commands\n";
}

std::string xec_help() {
    return "usage: xec [OPTION...] [COMMAND [ARGUMENT...]]\n"
           "Talks to a D-Bus service, by default to the VM manager.\n\nOptions (before the command)\n" +
           options_help(xec_options()) + common_help(xec_examples);
}

std::string xec_vm_help() {
    return "usage: xec-vm [SELECTION] [OPTION...] [COMMAND [ARGUMENT...]]\n"
           "Finds a VM and runs xec on its object; without a selection, shows all VMs.\n\nSelection\n" +
           options_help(vm_options()) + std::string{vm_commands} + "\nOptions of xec (before the command)\n" +
           options_help(xec_options(), vm_options()) + common_help(vm_examples);
}

}    // namespace xm::xec
