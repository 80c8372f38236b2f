#include "expose/root_face.hpp"

#include "base/failure.hpp"
#include "expose/uuid_argument.hpp"
#include "gen/errors.hpp"

namespace xm::expose {
namespace asio = boost::asio;
using namespace xenmgr;
namespace {

constexpr auto usual_template = "new-vm";

asio::awaitable<bus::ObjectPath> create(Manager& manager, std::string vm_template, CreateRequest request) {
    const auto uuid = co_await manager.maker().create(std::move(vm_template), std::move(request));
    co_return bus::ObjectPath{vm_path(uuid)};
}

}    // namespace

asio::awaitable<std::string> RootFace::create_vhd(std::int32_t, Caller) {
    fail(errors::not_supported, "create_vhd", "this build has no VHD library");
    co_return std::string{};
}

asio::awaitable<bus::ObjectPath> RootFace::create_vm(Caller) { return create(manager_, usual_template, {}); }

asio::awaitable<bus::ObjectPath> RootFace::create_vm_with_template(std::string vm_template, Caller) {
    return create(manager_, std::move(vm_template), {});
}
asio::awaitable<bus::ObjectPath> RootFace::create_vm_with_template_and_json(std::string vm_template, std::string json,
                                                                            Caller) {
    return create(manager_, std::move(vm_template), {.json = std::move(json)});
}
asio::awaitable<bus::ObjectPath> RootFace::create_vm_with_template_and_uuid(std::string vm_template, std::string uuid,
                                                                            Caller) {
    return create(manager_, std::move(vm_template), {.uuid = uuid_argument(uuid)});
}
asio::awaitable<bus::ObjectPath> RootFace::create_vm_with_ui(std::string vm_template, std::string name,
                                                             std::string description, std::string image_path, Caller) {
    return create(
        manager_, std::move(vm_template),
        {.name = std::move(name), .description = std::move(description), .image_path = std::move(image_path)});
}

asio::awaitable<bus::ObjectPath> RootFace::find_vm_by_domid(std::int32_t domid, Caller) {
    const auto found = manager_.registry().of_domain(domid);
    if (found.empty()) fail(errors::no_such_vm, std::to_string(domid), "no VM has this domain id");
    co_return bus::ObjectPath{vm_path(found.front())};
}

asio::awaitable<bus::ObjectPath> RootFace::find_vm_by_uuid(std::string uuid, Caller) {
    co_return bus::ObjectPath{vm_path(manager_.registry().view(uuid_argument(uuid)).uuid)};
}

asio::awaitable<std::vector<std::int32_t>> RootFace::list_domids(Caller) {
    std::vector<std::int32_t> domids;
    manager_.registry().each([&](Uuid, const ConfigTree&, const LiveFacts& live) {
        if (live.domid >= 0) domids.push_back(live.domid);
    });
    co_return domids;
}

asio::awaitable<std::vector<bus::ObjectPath>> RootFace::list_vms(Caller) {
    std::vector<bus::ObjectPath> paths;
    for (const auto& vm : manager_.registry().uuids())
        paths.emplace_back(vm_path(vm));
    co_return paths;
}

asio::awaitable<StringList> RootFace::list_templates(Caller) { co_return manager_.maker().templates().list(); }
asio::awaitable<StringList> RootFace::list_child_service_vm_templates(Caller) {
    co_return manager_.maker().templates().child_tags();
}
asio::awaitable<std::vector<StringMap>> RootFace::list_ui_templates(Caller) {
    co_return manager_.maker().templates().list_ui();
}

asio::awaitable<std::vector<StringMap>> RootFace::list_extension_packs(Caller) {
    std::vector<StringMap> packs;
    const auto& host = manager_.registry().host_tree();
    for (const auto id : host.children("extpack")) {
        StringMap pack{{"id", std::string{id}}};
        for (const auto* field : {"vendor", "name", "description", "version", "image"})
            pack[field] = std::string{host.get_or(join(join("extpack", id), field), "")};
        packs.push_back(std::move(pack));
    }
    co_return packs;
}

asio::awaitable<bus::ObjectPath> UnrestrictedRootFace::unrestricted_create_vm(bus::Caller) {
    return create(manager_, usual_template, {.reach = Reach::full});
}
asio::awaitable<bus::ObjectPath> UnrestrictedRootFace::unrestricted_create_vm_with_template_and_json(
    std::string vm_template, std::string json, bus::Caller) {
    return create(manager_, std::move(vm_template), {.json = std::move(json), .reach = Reach::full});
}
asio::awaitable<void> UnrestrictedRootFace::unrestricted_delete_vm(std::string uuid, bus::Caller) {
    const auto vm = uuid_argument(uuid);
    manager_.registry().tree(vm);
    return manager_.maker().remove(vm, Reach::full);
}

}    // namespace xm::expose
