#include "xec/vm_lookup.hpp"

#include "base/failure.hpp"
#include "base/uuid.hpp"
#include "xec/failures.hpp"
#include "xec/names.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace xm::xec {
namespace {

// The bus or the service as a whole does not answer: asking in another way is no use.
bool is_final(const ErrorReply& reply) { return reply.is_absent() || reply.is_timeout(); }

std::optional<Vm> vm_at(Client& client, const std::string& service, const std::string& path,
                        std::span<const std::string_view> properties) {
    try {
        Vm vm{.path = path, .domid = {}, .name = {}, .uuid = {}, .state = {}};
        for (const auto property : properties)
            assign(vm, property, client.get(service, path, names::vm, std::string{property}));
        return vm;
    } catch (const ErrorReply& reply) {
        if (is_final(reply)) throw;
        return std::nullopt;    // no VM, or none any more
    }
}

std::vector<Vm> one_by_one(Client& client, const std::string& service) {
    const auto results = client.call({service, "/", names::manager, "list_vms"});
    if (results.size() != 1 || results[0].signature != "ao")
        fail(failures::bad_reply, "list_vms", "the answer is not one list of object paths");
    std::vector<Vm> vms;
    for (const auto& path : std::get<std::vector<bus::Variant>>(results[0].value))
        if (auto vm = vm_at(client, service, std::get<std::string>(path.value), vm_properties))
            vms.push_back(std::move(*vm));
    return vms;
}

}    // namespace

std::vector<Vm> all_vms(Client& client, const std::string& service) {
    try {
        const auto results = client.call({service, "/", names::object_manager, "GetManagedObjects"});
        if (results.size() == 1 && results[0].signature == "a{oa{sa{sv}}}") return vms_in(results[0]);
    } catch (const ErrorReply& reply) {
        if (is_final(reply)) throw;
    }
    return one_by_one(client, service);
}

std::optional<std::string> likely_path(const Selection& selection) {
    if (selection.by == Selection::By::object) return selection.wanted;
    if (selection.by != Selection::By::uuid) return std::nullopt;
    const auto uuid = Uuid::parse(selection.wanted);
    if (!uuid || uuid->text() != selection.wanted) return std::nullopt;
    return "/vm/" + uuid->path_form();
}

std::vector<Vm> find_vms(Client& client, const std::string& service, const Selection& selection) {
    if (const auto path = likely_path(selection))
        if (auto vm = vm_at(client, service, *path, vm_properties)) return matching({std::move(*vm)}, selection);
    return matching(all_vms(client, service), selection);
}

}    // namespace xm::xec
