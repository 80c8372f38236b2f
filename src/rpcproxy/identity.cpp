#include "rpcproxy/identity.hpp"

#include <fmt/format.h>

#include <utility>

namespace xm::rpcproxy {
namespace asio = boost::asio;
namespace {

// /local/domain/<n>/vm names the node of the VM, whose uuid is below it. xen/docs/misc/xenstore-paths.pandoc
asio::awaitable<std::optional<Uuid>> uuid_of(std::uint32_t domid, const connect::Xenstore& xenstore) {
    const auto vm = co_await xenstore.look(fmt::format("/local/domain/{}/vm", domid));
    if (!vm.value || vm.owner != 0 || !vm.value->starts_with("/vm/")) co_return std::nullopt;
    const auto uuid = co_await xenstore.look(*vm.value + "/uuid");
    if (!uuid.value || uuid.owner != 0) co_return std::nullopt;
    co_return Uuid::parse(*uuid.value);
}

// A stub domain has a target, written by whoever made it.
asio::awaitable<std::optional<bool>> stubdom_of(std::uint32_t domid, const connect::Xenstore& xenstore) {
    const auto target = co_await xenstore.look(fmt::format("/local/domain/{}/target", domid));
    if (!target.known) co_return std::nullopt;
    co_return target.value.has_value() && target.owner == 0;
}

}    // namespace

asio::awaitable<Facts> identify(GivenIdentity given, std::optional<std::uint32_t> domid, connect::Xenstore xenstore) {
    Facts facts{.domid = given.domid ? given.domid : domid,
                .uuid = given.uuid,
                .stubdom = given.stubdom,
                .type = std::move(given.type),
                .name = std::move(given.name)};
    if (facts.domid && *facts.domid != 0) {
        if (!facts.uuid) facts.uuid = co_await uuid_of(*facts.domid, xenstore);
        if (!facts.stubdom) facts.stubdom = co_await stubdom_of(*facts.domid, xenstore);
    }
    if (given.uuid && !facts.stubdom) facts.stubdom = false;
    co_return facts;
}

asio::awaitable<bool> still_there(Facts facts, connect::Xenstore xenstore) {
    const auto vm = co_await xenstore.look(fmt::format("/local/domain/{}/vm", facts.domid.value_or(0)));
    if (!vm.known) co_return true;    // xenstore is silent: that says nothing about the domain
    if (!vm.value) co_return false;
    co_return !facts.uuid || co_await uuid_of(*facts.domid, xenstore) == facts.uuid;
}

}    // namespace xm::rpcproxy
