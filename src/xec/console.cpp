#include "xec/console.hpp"

#include "base/failure.hpp"
#include "xec/failures.hpp"
#include "xec/terminal.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace xm::xec {

bool wants_console(const Options& options) {
    return options.words == Words{"console"} && !options.disk && !options.nic && !options.list_disks &&
           !options.list_nics && !options.wait;
}

void become_console(const Vm& vm, const Options& options) {
    if (!vm.domid) fail(failures::no_console, quotable(vm.name), "the VM does not run");
    std::error_code error;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
    const std::string tool = (self.parent_path() / "xenvm-cmd").string();
    Words words{tool};
    if (options.session) words.push_back("--session-bus");
    words.insert(words.end(), {vm.uuid, "console"});
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(tool.c_str(), arguments.data());
    fail(failures::io, quotable(tool), "cannot be started: {}", std::strerror(errno));
}

}    // namespace xm::xec
