// Nothing waits for a sick VM: of 200 VMs, 50 hang in three ways while the other 150 are asked and commanded one call
// after the other, as one client would. In the end every VM, sick or well, is destroyed.

#include "figures.hpp"
#include "stack.hpp"

#include <csignal>

namespace xm::bench {

namespace {

constexpr std::size_t vm_count = 200;
constexpr std::size_t hanging = 17;     // in start
constexpr std::size_t refusing = 17;    // to shut down
constexpr std::size_t stopped = 16;     // monitor by SIGSTOP
constexpr std::size_t first_well = hanging + refusing + stopped;

constexpr std::chrono::seconds start_limit{120};
constexpr std::chrono::seconds destroy_limit{60};

const std::string vm_interface = "com.citrix.xenclient.xenmgr.vm";

Method method_of(std::size_t vm, const std::string& member) { return {xenmgr_name, path_of(vm), vm_interface, member}; }
Method property_of(std::size_t vm, const std::string& member) { return {xenmgr_name, path_of(vm), properties, member}; }

const Method list_vms{xenmgr_name, "/", "com.citrix.xenclient.xenmgr", "list_vms"};
const Method list_domids{xenmgr_name, "/", "com.citrix.xenclient.xenmgr", "list_domids"};
const Method get_objects{xenmgr_name, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"};

std::vector<std::string> vms() {
    std::vector<std::string> trees;
    for (std::size_t i = 0; i < vm_count; ++i)
        trees.push_back(small_vm(i, i < hanging ? "hang-start" : i < hanging + refusing ? "refuse-shutdown" : ""));
    return trees;
}

void must_settle(Calls& calls, std::chrono::milliseconds limit, const char* what) {
    if (!calls.settle(limit)) throw std::runtime_error{fmt::format("{}: {} calls unanswered", what, calls.pending())};
    if (!calls.failures.empty()) throw std::runtime_error{fmt::format("{}: {}", what, calls.failures.front())};
}

// Returns with 150 VMs running and 50 calls that nobody will answer soon.
void fall_ill(Stack& stack, Bus& bus, Calls& sick, Report& report) {
    Calls starts{bus};
    for (std::size_t i = hanging; i < vm_count; ++i)
        starts.send(bus.make(method_of(i, "start"), ""));
    must_settle(starts, start_limit, "start");
    report.note("starts of 183 VMs at once, until the last runs", percentile(starts.took_ms, 1), "ms");
    for (std::size_t i = 0; i < hanging; ++i)
        sick.send(bus.make(method_of(i, "start"), ""));
    for (std::size_t i = hanging; i < hanging + refusing; ++i)
        sick.send(bus.make(method_of(i, "shutdown"), ""));
    for (std::size_t i = hanging + refusing; i < first_well; ++i) {
        kill(stack.monitor(i), SIGSTOP);
        sick.send(bus.make(method_of(i, i % 2 == 0 ? "shutdown" : "pause"), ""));
    }
}

struct Measured {
    const char* name;
    bool has_bar = true;
    Samples samples = {};
};

void tell(Report& report, const Measured& measured) {
    report.note(fmt::format("{}, p50", measured.name), median(measured.samples), "ms");
    const auto p99 = fmt::format("{}, p99", measured.name);
    if (measured.has_bar)
        report.at_most(p99, percentile(measured.samples, 0.99), 50, "ms");
    else
        report.note(p99, percentile(measured.samples, 0.99), "ms");
}

void ask(Bus& bus, int rounds, Report& report) {
    Measured get{"Get state"}, set{"Set memory"}, list{"list_vms, list_domids"}, all{"GetManagedObjects"};
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = first_well; i < vm_count; ++i) {
            get.samples.push_back(bus.time(property_of(i, "Get"), "ss", vm_interface.c_str(), "state"));
            set.samples.push_back(bus.time(property_of(i, "Set"), "ssv", vm_interface.c_str(), "memory", "i",
                                           static_cast<int>(17 + i % 3) + round));
        }
        for (int i = 0; i < 20; ++i) {
            list.samples.push_back(bus.time(list_vms, ""));
            list.samples.push_back(bus.time(list_domids, ""));
            all.samples.push_back(bus.time(get_objects, ""));
        }
    }
    for (const auto* measured : {&get, &set, &list, &all})
        tell(report, *measured);
}

void command(Bus& bus, Report& report) {
    Measured pause{"pause"}, unpause{"unpause"}, shutdown{"shutdown (the guest goes down)", false},
        start{"start (a process and a domain are created)", false};
    for (std::size_t i = first_well; i < vm_count; ++i)
        for (auto* measured : {&pause, &unpause, &shutdown, &start}) {
            const std::string_view name{measured->name};
            measured->samples.push_back(bus.time(method_of(i, std::string{name.substr(0, name.find(' '))}), ""));
        }
    for (const auto* measured : {&pause, &unpause, &shutdown, &start})
        tell(report, *measured);
}

void destroy_all(Bus& bus, Report& report) {
    Calls destroys{bus};
    for (std::size_t i = 0; i < vm_count; ++i)
        destroys.send(bus.make(method_of(i, "destroy"), ""));
    must_settle(destroys, destroy_limit, "destroy");
    report.at_most("destroy of all 200 at once, the last one", percentile(destroys.took_ms, 1), 30'000, "ms");
    for (std::size_t i = 0; i < vm_count; ++i) {
        const auto reply = bus.call(property_of(i, "Get"), "ss", vm_interface.c_str(), "state");
        const char* state = nullptr;
        Bus::check(sd_bus_message_read(reply.get(), "v", "s", &state), "state");
        if (std::string_view{state} != "stopped") throw std::runtime_error{fmt::format("{} is {}", path_of(i), state)};
    }
}

int run(const Options& options) {
    Report report{"bench-sick: calls about 150 well VMs while 50 hang"};
    Stack stack{options.programs, vms()};
    stack.start_xenmgr();
    Bus bus{stack.address()};
    Bus patient{stack.address()};    // waits for the sick
    Calls sick{patient};
    fall_ill(stack, patient, sick, report);
    ask(bus, options.quick ? 2 : 20, report);
    command(bus, report);
    sick.settle(std::chrono::milliseconds{1});
    report.note("calls about sick VMs that still wait", static_cast<double>(sick.pending()), "");
    destroy_all(bus, report);
    sick.settle(std::chrono::seconds{5});
    report.at_most("calls about sick VMs that wait although destroyed", static_cast<double>(sick.pending()), 0, "");
    return report.exit_status(options);
}

}    // namespace

}    // namespace xm::bench

int main(int argc, char** argv) { return xm::bench::guarded_main(argc, argv, xm::bench::run); }
