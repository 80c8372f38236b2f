#include "connect/store/domain_identity.hpp"

#include <fmt/format.h>

#include <string>

namespace xm::connect::store {
namespace {

std::optional<std::string> believed(Session& session, const std::string& path) {
    auto node = session.look(path);
    if (!node || !node->permissions.only_host_writes()) return std::nullopt;
    return std::move(node->value);
}

std::optional<Uuid> uuid_below(Session& session, const std::string& vm) {
    if (!vm.starts_with("/vm/")) return std::nullopt;
    const auto uuid = believed(session, vm + "/uuid");
    return uuid ? Uuid::parse(*uuid) : std::nullopt;
}

}    // namespace

Store::awaitable<DomainIdentity> identity_of(Store& store, std::uint32_t domid) {
    return store.perform([domid](Session& session) {
        const auto home = fmt::format("/local/domain/{}", domid);
        const auto vm = believed(session, home + "/vm");
        return DomainIdentity{.exists = vm || session.read(home + "/vm"),
                              .vm = vm ? uuid_below(session, *vm) : std::nullopt,
                              .stubdom = believed(session, home + "/target").has_value()};
    });
}

}    // namespace xm::connect::store
