#include "xenvm/device_commands.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenvm/device_text.hpp"

#include <algorithm>

namespace xm::xenvm {
namespace {

constexpr std::int64_t most_nic_id = 31;
constexpr std::int64_t most_domid = 0x7fef;    // what follows Xen keeps for itself

using Result = boost::asio::awaitable<CommandResult>;

const model::Nic* find_nic(const model::GuestSpec& spec, std::int64_t id) {
    const auto same = [id](const model::Nic& nic) { return nic.id == id; };
    const auto found = std::find_if(spec.nics.begin(), spec.nics.end(), same);
    return found == spec.nics.end() ? nullptr : &*found;
}

model::Nic existing_nic(CommandContext& context, std::int64_t id) {
    const model::GuestSpec spec = context.monitor.spec();
    const model::Nic* nic = find_nic(spec, id);
    if (!nic) fail(errors::no_such_nic, std::to_string(id), "this machine has none of that id");
    return *nic;
}

Uuid uuid_of(CommandContext& context) { return Uuid::parse(context.monitor.facts().uuid).value_or(Uuid{}); }

std::string joined(const StringMap& values) {
    std::string text;
    for (const auto& [key, value] : values) {
        if (value.find(',') != std::string::npos)
            fail(errors::invalid_arguments, text::escaped(key, 40), "contains a comma");
        text += (text.empty() ? "" : ",") + key + "=" + value;
    }
    return text;
}

}    // namespace

Result disk_add(CommandContext& context, CommandArgs args) {
    co_await context.monitor.engine().add_disk(parse_disk(args.text("disk")));
    co_return std::nullopt;
}

Result cd_insert_file(CommandContext& context, CommandArgs args) {
    co_await context.monitor.engine().set_medium(args.text("virtpath"), args.path("file"));
    co_return std::nullopt;
}

Result cd_insert_real(CommandContext& context, CommandArgs args) {
    const std::string drive = args.text("device", "/dev/cdrom");
    if (!drive.starts_with("/dev/"))
        fail(errors::invalid_arguments, "device", "{} where a drive of the host below /dev is expected",
             text::escaped(drive, 80));
    co_await context.monitor.engine().set_medium(args.text("virtpath"), drive);
    co_return std::nullopt;
}

Result cd_eject(CommandContext& context, CommandArgs args) {
    co_await context.monitor.engine().set_medium(args.text("virtpath"), "");
    co_return std::nullopt;
}

Result nic_add(CommandContext& context, CommandArgs args) {
    model::Nic nic = parse_nic(joined(args.values()));
    const model::GuestSpec spec = context.monitor.spec();
    if (nic.id < 0)
        for (nic.id = 0; find_nic(spec, nic.id);)
            ++nic.id;
    nic.mac = mac_of(nic, uuid_of(context));
    const int id = nic.id;
    co_await context.monitor.engine().add_nic(std::move(nic));
    co_return std::to_string(id);
}

Result nic_list(CommandContext& context, CommandArgs) {
    std::string lines;
    for (const model::Nic& nic : context.monitor.spec().nics)
        lines += to_text(nic) + "\n";
    co_return lines;
}

Result nic_network_switch(CommandContext& context, CommandArgs args) {
    model::Nic nic = existing_nic(context, args.number("id", most_nic_id));
    nic.network = args.text("network");
    nic.bridge = args.text("bridge", "");
    co_await context.monitor.engine().change_nic(std::move(nic));
    co_return std::nullopt;
}

Result set_nic_backend_dom(CommandContext& context, CommandArgs args) {
    model::Nic nic = existing_nic(context, args.number("id", most_nic_id));
    nic.backend_domid = static_cast<int>(args.number("domid", most_domid));
    co_await context.monitor.engine().change_nic(std::move(nic));
    co_return std::nullopt;
}

Result pci_add(CommandContext& context, CommandArgs args) {
    co_await context.monitor.engine().add_pci(parse_pci(args.text("pci")));
    co_return std::nullopt;
}

Result list_devices(CommandContext& context, CommandArgs) {
    const model::GuestSpec spec = context.monitor.spec();
    std::string lines;
    for (const model::Disk& disk : spec.disks)
        lines += "disk " + to_text(disk) + "\n";
    for (const model::Nic& nic : spec.nics)
        lines += "nic " + to_text(nic) + "\n";
    for (const std::string& device : spec.pci)
        lines += "pci " + device + "\n";
    co_return lines;
}

Result pci_list(CommandContext& context, CommandArgs) {
    std::string lines;
    for (const std::string& address : context.monitor.spec().pci)
        lines += address + "\n";
    co_return lines;
}

}    // namespace xm::xenvm
