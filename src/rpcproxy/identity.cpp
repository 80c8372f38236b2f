#include "rpcproxy/identity.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "connect/store/domain_identity.hpp"

#include <utility>

namespace xm::rpcproxy {
namespace asio = boost::asio;
namespace {

using connect::store::DomainIdentity;
using connect::store::Store;

// Nothing: xenstore is silent, which says nothing about the domain.
asio::awaitable<std::optional<DomainIdentity>> ask(Store& xenstore, std::uint32_t domid) try {
    co_return co_await identity_of(xenstore, domid);
} catch (const Failure& failure) {
    log::debug("domid={} is not known: {}", domid, failure.cause());
    co_return std::nullopt;
}

}    // namespace

asio::awaitable<Facts> identify(GivenIdentity given, std::optional<std::uint32_t> domid, Store& xenstore) {
    Facts facts{.domid = given.domid ? given.domid : domid,
                .uuid = given.uuid,
                .stubdom = given.stubdom,
                .type = std::move(given.type),
                .name = std::move(given.name)};
    if (facts.domid.value_or(0) != 0 && !(facts.uuid && facts.stubdom)) {
        const auto found = co_await ask(xenstore, *facts.domid);
        if (found && !facts.uuid) facts.uuid = found->vm;
        if (found && !facts.stubdom) facts.stubdom = found->stubdom;
    }
    if (given.uuid && !facts.stubdom) facts.stubdom = false;
    co_return facts;
}

asio::awaitable<bool> still_there(Facts facts, Store& xenstore) {
    const auto found = co_await ask(xenstore, facts.domid.value_or(0));
    if (!found) co_return true;
    co_return found->exists && (!facts.uuid || found->vm == facts.uuid);
}

}    // namespace xm::rpcproxy
