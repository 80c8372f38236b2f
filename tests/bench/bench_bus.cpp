// The bus layer against two others, in one run on one bus, in rounds that take turns so that a busy moment hits both:
// a minimal sd-bus service for single calls, and libvirt-dbus with its test driver for lists. Then what 1,000 stopped
// VMs cost in memory and at start.

#include "figures.hpp"
#include "stack.hpp"

#include <fstream>

namespace xm::bench {

namespace {

constexpr std::size_t vm_count = 1000;

struct Rounds {
    int rounds;
    int calls;    // of each side in a round
    int lists;
    int starts;
};
constexpr Rounds long_rounds{.rounds = 21, .calls = 1000, .lists = 20, .starts = 7};
constexpr Rounds short_rounds{.rounds = 5, .calls = 200, .lists = 5, .starts = 3};

const std::string vm_interface = "com.citrix.xenclient.xenmgr.vm";
const Method get_name{xenmgr_name, path_of(0), properties, "Get"};
const Method no_op{xenmgr_name, path_of(0), vm_interface + ".auth", "auth_required"};
const Method list_vms{xenmgr_name, "/", "com.citrix.xenclient.xenmgr", "list_vms"};
const Method get_objects{xenmgr_name, "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects"};

const Method minimal_get{"org.xenclient.bench.Minimal", "/vm", properties, "Get"};
const Method minimal_no_op{"org.xenclient.bench.Minimal", "/vm", "org.xenclient.bench.Minimal", "auth_required"};

const Method list_domains{"org.libvirt", "/org/libvirt/Test", "org.libvirt.Connect", "ListDomains"};
const Method define_domain{"org.libvirt", "/org/libvirt/Test", "org.libvirt.Connect", "DomainDefineXML"};

// Median of one side in one round.
template <class... Args>
double round_ms(Bus& bus, int calls, const Method& method, const char* types, Args... args) {
    Samples samples;
    for (int i = 0; i < calls; ++i)
        samples.push_back(bus.time(method, types, args...));
    return median(std::move(samples));
}

void single_calls(Bus& bus, const Rounds& rounds, Report& report) {
    Samples ours_get, theirs_get, ratio_get, ours_no_op, theirs_no_op, ratio_no_op;
    for (int i = 0; i < rounds.rounds; ++i) {
        theirs_get.push_back(round_ms(bus, rounds.calls, minimal_get, "ss", "org.xenclient.bench.Minimal", "name"));
        ours_get.push_back(round_ms(bus, rounds.calls, get_name, "ss", vm_interface.c_str(), "name"));
        theirs_no_op.push_back(round_ms(bus, rounds.calls, minimal_no_op, ""));
        ours_no_op.push_back(round_ms(bus, rounds.calls, no_op, ""));
        ratio_get.push_back(ours_get.back() / theirs_get.back());
        ratio_no_op.push_back(ours_no_op.back() / theirs_no_op.back());
    }
    report.note("Properties.Get, minimal sd-bus service", median(theirs_get) * 1000, "us");
    report.note("Properties.Get, xenmgr", median(ours_get) * 1000, "us");
    report.at_most("Properties.Get, ratio", median(ratio_get), 1.15, "x");
    report.note("no-op method, minimal sd-bus service", median(theirs_no_op) * 1000, "us");
    report.note("no-op method, xenmgr", median(ours_no_op) * 1000, "us");
    report.at_most("no-op method, ratio", median(ratio_no_op), 1.15, "x");
}

// The test driver starts with one domain of its own.
void define_domains(Bus& bus) {
    for (std::size_t i = 1; i < vm_count; ++i)
        bus.call(define_domain, "s",
                 fmt::format("<domain type='test'><name>vm{}</name><memory>65536</memory><os><type>hvm</type></os>"
                             "</domain>",
                             i)
                     .c_str());
}

std::size_t length_of_list(Message reply) {
    std::size_t length = 0;
    Bus::check(sd_bus_message_enter_container(reply.get(), 'a', "o"), "list");
    for (const char* path = nullptr; sd_bus_message_read_basic(reply.get(), 'o', &path) > 0;)
        ++length;
    return length;
}

void lists(Stack& stack, Bus& bus, const Rounds& rounds, Report& report) {
    const auto libvirt = stack.start({"/usr/sbin/libvirt-dbus", "--session"}, "org.libvirt");
    define_domains(bus);
    report.note("VMs in libvirt-dbus", static_cast<double>(length_of_list(bus.call(list_domains, "u", 0))), "");
    report.note("VMs in xenmgr", static_cast<double>(length_of_list(bus.call(list_vms, ""))), "");
    Samples ours, theirs, factor;
    for (int i = 0; i < rounds.rounds; ++i) {
        theirs.push_back(round_ms(bus, rounds.lists, list_domains, "u", 0));
        ours.push_back(round_ms(bus, rounds.lists, list_vms, ""));
        factor.push_back(theirs.back() / ours.back());
    }
    report.note("ListDomains, libvirt-dbus", median(theirs), "ms");
    report.note("list_vms, xenmgr", median(ours), "ms");
    report.at_least("list_vms faster than ListDomains", median(factor), 2, "x");
}

// Time on a processor, which a busy machine changes little.
double processor_ms(pid_t pid) {
    double nanoseconds = 0;
    std::ifstream{fmt::format("/proc/{}/schedstat", pid)} >> nanoseconds;
    return nanoseconds / 1e6;
}

void managed_objects(Stack& stack, Bus& bus, const Rounds& rounds, Report& report) {
    Samples samples, processor;
    for (int i = 0; i < rounds.rounds; ++i) {
        const auto before = processor_ms(stack.xenmgr());
        samples.push_back(bus.time(get_objects, ""));
        processor.push_back(processor_ms(stack.xenmgr()) - before);
    }
    report.note("GetManagedObjects of 1,000 VMs, xenmgr's processor time", median(processor), "ms");
    report.at_most("GetManagedObjects of 1,000 VMs", median(samples), 150, "ms");
}

std::vector<std::string> many_vms() {
    std::vector<std::string> vms;
    for (std::size_t i = 0; i < vm_count; ++i)
        vms.push_back(vm_from_template(i));
    return vms;
}

int run(const Options& options) {
    const auto rounds = options.quick ? short_rounds : long_rounds;
    Report report{"bench-bus: round trips, lists, memory and start with 1,000 VMs"};

    double empty_kib = 0;
    {
        Stack empty{options.programs, {}};
        report.note("start without VMs", empty.start_xenmgr(), "ms");
        empty_kib = pss_kib(empty.xenmgr());
    }
    Stack stack{options.programs, many_vms()};
    Samples starts;
    for (int i = 0; i < rounds.starts; ++i) {
        stack.stop_xenmgr();
        starts.push_back(stack.start_xenmgr());
    }
    report.at_most("start with 1,000 VMs until the name is owned", median(starts), 500, "ms");
    report.note("memory (PSS) without VMs", empty_kib, "KiB");
    report.at_most("memory of one stopped VM", (pss_kib(stack.xenmgr()) - empty_kib) / vm_count, 4, "KiB");

    const auto minimal = stack.start({options.programs + "/minimal-bus-service"}, "org.xenclient.bench.Minimal");
    Bus bus{stack.address()};
    single_calls(bus, rounds, report);
    lists(stack, bus, rounds, report);
    managed_objects(stack, bus, rounds, report);
    report.note("memory of one stopped VM after all these calls", (pss_kib(stack.xenmgr()) - empty_kib) / vm_count,
                "KiB");
    return report.exit_status(options);
}

}    // namespace

}    // namespace xm::bench

int main(int argc, char** argv) { return xm::bench::guarded_main(argc, argv, xm::bench::run); }
