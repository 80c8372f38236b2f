#include "rpcproxy/xen_guests.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "vchan/whereabouts.hpp"
#include "vchan/xen_end.hpp"

#include <fmt/format.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <string>
#include <utility>

namespace xm::rpcproxy {
namespace {

using connect::store::Access;
using connect::store::Permissions;
using connect::store::Session;
using connect::store::Store;

constexpr auto all_domains = "/local/domain";

std::string vm_node(std::uint32_t domid) { return fmt::format("{}/{}/vm", all_domains, domid); }

// What has no VM is the remains of a domain, or ourselves.
std::vector<std::uint32_t> running(Session& store) {
    std::vector<std::uint32_t> domids;
    for (const std::string& name : store.list(all_domains))
        if (const auto domid = text::parse_number<std::uint32_t>(name); domid && *domid != vchan::host_domain)
            if (store.read(vm_node(*domid))) domids.push_back(*domid);
    return domids;
}

// Nothing is written for a domain that has gone meanwhile, since nobody would clear it away.
void publish(Session& store, std::uint32_t domid, const vchan::Whereabouts& where) {
    const std::string path = vchan::path_in_host(domid);
    const Permissions its_to_read{.owner = vchan::host_domain, .entries = {{domid, Access::read}}};
    store.transact([&](Session& all) {
        if (!all.read(vm_node(domid))) return;
        const std::pair<const char*, std::uint32_t> nodes[] = {{"/ring-ref", where.ring_ref},
                                                               {"/event-channel", where.event_port}};
        for (const auto& [name, value] : nodes) {
            all.write(path + name, std::to_string(value));
            all.set_permissions(path + name, its_to_read);
        }
        all.set_permissions(path, its_to_read);
    });
}

}    // namespace

// One look at a time; news that comes meanwhile asks for another.
struct XenGuests::Looking {
    Store& store;
    std::function<void(const std::vector<std::uint32_t>&)> on_change{};
    bool busy = false;
    bool once_more = false;
    bool over = false;
};

XenGuests::XenGuests(boost::asio::any_io_executor executor, Store& store)
    : executor_{std::move(executor)}, store_{store}, looking_{std::make_shared<Looking>(Looking{.store = store})} {}

XenGuests::~XenGuests() { looking_->over = true; }

void XenGuests::watch(std::function<void(const std::vector<std::uint32_t>&)> on_change) {
    looking_->on_change = std::move(on_change);
    for (const char* event : {"@introduceDomain", "@releaseDomain"})
        watches_.push_back(std::make_unique<connect::store::Watch>(store_, event, [this] { on_news(); }));
}

void XenGuests::on_news() {
    looking_->once_more = true;
    if (std::exchange(looking_->busy, true)) return;
    boost::asio::co_spawn(executor_, look(looking_), boost::asio::detached);
}

boost::asio::awaitable<void> XenGuests::look(std::shared_ptr<Looking> state) {
    while (!state->over && std::exchange(state->once_more, false)) {
        try {
            const auto domids = co_await state->store.perform([](Session& store) { return running(store); });
            if (!state->over) state->on_change(domids);
        } catch (const Failure& failure) {
            log::warn("which domains run is not known: {}", failure.what());
        }
    }
    state->busy = false;
}

std::unique_ptr<vchan::ServerEnd> XenGuests::open(std::uint32_t domid) {
    vchan::ServerMade made = vchan::make_server_end(executor_, domid);
    store_.post(fmt::format("vchan of domid={}", domid),
                [domid, where = made.where](Session& store) { publish(store, domid, where); });
    return std::move(made.end);
}

}    // namespace xm::rpcproxy
