#include "stack.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace xm::bench {

namespace {

namespace fs = std::filesystem;

const fs::path source{XM_SOURCE_DIR};
constexpr auto start_limit = std::chrono::seconds{30};

fs::path make_directory() {
    std::string name = fs::temp_directory_path() / "xenmgr-bench-XXXXXX";
    if (!mkdtemp(name.data())) throw std::runtime_error{"no temporary directory"};
    return name;
}

std::string text_of(const fs::path& file) {
    std::ifstream stream{file};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

int on_owner_changed(sd_bus_message* message, void* owned, sd_bus_error*) {
    const char *name = nullptr, *before = nullptr, *now = nullptr;
    Bus::check(sd_bus_message_read(message, "sss", &name, &before, &now), "NameOwnerChanged");
    *static_cast<bool*>(owned) = *now != '\0';
    return 0;
}

// Until the name is owned (true), or the process ends or the time is over (false).
bool wait_for_name(Bus& bus, const bool& owned, const Process& process) {
    const auto end = Clock::now() + start_limit;
    while (!owned && Clock::now() < end) {
        while (Bus::check(sd_bus_process(bus.get(), nullptr), "process") > 0) {
        }
        if (owned) break;
        pollfd sources[]{{sd_bus_get_fd(bus.get()), POLLIN, 0}, {process.ended(), POLLIN, 0}};
        poll(sources, 2, static_cast<int>(milliseconds(end - Clock::now())));
        if (sources[1].revents != 0 && sources[0].revents == 0) return false;
    }
    return owned;
}

}    // namespace

std::string uuid_of(std::size_t number) { return fmt::format("5eed0000-0000-4000-8000-{:012x}", number); }

std::string path_of(std::size_t number) { return fmt::format("/vm/5eed0000_0000_4000_8000_{:012x}", number); }

std::string small_vm(std::size_t number, const std::string& fault) {
    const auto extra = fault.empty() ? "" : fmt::format(R"(,"extra-xenvm":{{"0":"sim-fault={}"}})", fault);
    return fmt::format(R"({{"uuid":"{}","type":"svm","name":"vm {}","slot":"-1",)"
                       R"("config":{{"virt-type":"hvm","memory":"16"{}}}}})",
                       uuid_of(number), number, extra);
}

std::string vm_from_template(std::size_t number) {
    auto vm = nlohmann::json::parse(text_of(source / "share/templates/default/new-vm"));
    vm["uuid"] = uuid_of(number);
    vm["name"] = fmt::format("vm {}", number);
    vm["slot"] = "-1";
    return vm.dump();
}

Stack::Stack(fs::path programs, const std::vector<std::string>& vms)
    : programs_{std::move(programs)}, directory_{make_directory()} {
    adopt_orphans();
    make_policy();
    fs::create_directory(directory_ / "run");
    std::istringstream started{output_of({source / "packaging/private-bus", directory_})};
    started >> address_;
    setenv("DBUS_SYSTEM_BUS_ADDRESS", address_.c_str(), 1);
    setenv("DBUS_SESSION_BUS_ADDRESS", address_.c_str(), 1);    // where the libvirt service looks
    dbd_ =
        start({programs_ / "dbd", "--database", directory_ / "db.sqlite", "--no-daemonize"}, "com.citrix.xenclient.db");
    store(vms);
}

Stack::~Stack() {
    xenmgr_.kill();    // first, because it starts others
    dbd_.kill();
    end_descendants();
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

// Our policy files, and one that lets the services beside ours take part.
void Stack::make_policy() {
    const auto policy = directory_ / "policy";
    fs::copy(source / "policy", policy);
    std::ofstream{policy / "bench.conf"} << "<busconfig><policy context=\"mandatory\"><allow own=\"*\"/>"
                                            "<allow send_destination=\"*\"/></policy></busconfig>\n";
    setenv("XENMGR_POLICY_DIR", policy.c_str(), 1);
}

void Stack::store(const std::vector<std::string>& vms) {
    if (vms.empty()) return;
    std::vector<std::string> members;
    for (std::size_t i = 0; i < vms.size(); ++i)
        members.push_back(fmt::format(R"("{}":{})", uuid_of(i), vms[i]));
    const auto tree = fmt::format(R"({{"vm":{{{}}}}})", fmt::join(members, ","));
    Bus{address_}.call({"com.citrix.xenclient.db", "/", "com.citrix.xenclient.db.store", "import_tree"}, "s",
                       tree.c_str());
}

double Stack::start_xenmgr() {
    const auto began = Clock::now();
    xenmgr_ = start({programs_ / "xenmgr", "--no-daemonize", "--run-dir", directory_ / "run", "--engine", "sim",
                     "--data-dir", source / "share", "--no-autostart"},
                    xenmgr_name);
    return milliseconds(Clock::now() - began);
}

Process Stack::start(const Arguments& arguments, const std::string& bus_name) {
    Bus bus{address_};
    bool owned = false;
    const auto match =
        fmt::format("type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{}'", bus_name);
    Bus::check(sd_bus_add_match(bus.get(), nullptr, match.c_str(), on_owner_changed, &owned), "match");
    const auto log = directory_ / fs::path{arguments.front()}.filename().concat(".log");
    Process process{arguments, log};
    if (!wait_for_name(bus, owned, process))
        throw std::runtime_error{fmt::format("{} does not own {}:\n{}", arguments.front(), bus_name, text_of(log))};
    return process;
}

pid_t Stack::monitor(std::size_t number) const {
    const Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
    const std::string path = directory_ / "run" / ("vm-" + uuid_of(number));
    std::memcpy(address.sun_path, path.c_str(), std::min(path.size(), sizeof address.sun_path - 1));
    ucred peer{};
    socklen_t size = sizeof peer;
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
        getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
        throw std::runtime_error{fmt::format("{}: {}", path, std::strerror(errno))};
    return peer.pid;
}

}    // namespace xm::bench
