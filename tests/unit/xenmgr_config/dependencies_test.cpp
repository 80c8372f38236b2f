#include "xenmgr/config/dependencies.hpp"

#include "unit/xenmgr_config/host_of_vms.hpp"

#include <catch2/catch.hpp>

#include <map>

using namespace xm;
using namespace xm::xenmgr;
using test::HostOfVms;
using test::uuid_of;

namespace {

using Graph = std::map<int, std::vector<int>>;

Needs needs_of(const Graph& graph) {
    std::map<Uuid, std::vector<Uuid>> edges;
    for (const auto& [from, needed] : graph)
        for (const int to : needed)
            edges[uuid_of(from)].push_back(uuid_of(to));
    return [edges](Uuid vm) { return edges.contains(vm) ? edges.at(vm) : std::vector<Uuid>{}; };
}

std::vector<Uuid> uuids(const std::vector<int>& numbers) {
    std::vector<Uuid> result;
    for (const int n : numbers)
        result.push_back(uuid_of(n));
    return result;
}

}    // namespace

TEST_CASE("what is needed comes before what needs it, each once") {
    CHECK(dependencies(uuid_of(1), needs_of({})).empty());
    CHECK(dependencies(uuid_of(1), needs_of({{1, {2}}, {2, {3}}})) == uuids({3, 2}));
    CHECK(dependencies(uuid_of(1), needs_of({{1, {2, 3}}, {2, {4}}, {3, {4}}})) == uuids({4, 2, 3}));
    CHECK(dependencies(uuid_of(1), needs_of({{1, {3, 2}}, {3, {2}}})) == uuids({2, 3}));
}

TEST_CASE("a cycle is an error that shows the way round, also when it does not lead through the VM itself") {
    for (const auto& graph : {Graph{{1, {1}}}, Graph{{1, {2}}, {2, {1}}}, Graph{{1, {2}}, {2, {3}}, {3, {2}}}}) {
        CHECK_FALSE(find_dependencies(uuid_of(1), needs_of(graph)).has_value());
        CHECK(test::failure_of([&] { dependencies(uuid_of(1), needs_of(graph)); }) == "dependency_cycle");
    }
    try {
        dependencies(uuid_of(1), needs_of({{1, {2}}, {2, {3}}, {3, {2}}}));
    } catch (const Failure& failure) {
        const auto way = uuid_of(2).text() + " -> " + uuid_of(3).text() + " -> " + uuid_of(2).text();
        CHECK_THAT(failure.what(), Catch::Contains(way) && !Catch::Contains(uuid_of(1).text() + " ->"));
    }
}

TEST_CASE("the backend of a NIC is found by uuid, name, network, or default, in this order") {
    HostOfVms host;
    const auto by_uuid = host.add(1);
    const auto by_name = host.add(2, {{"name", "net"}});
    const auto by_network = host.add(3);
    const auto by_default = host.add(4, {{"provides-default-network-backend", "true"}});
    const auto vm = host.add(9);
    host.host.network_backends["/wired/0/bridged"] = by_network;
    host.host.default_backend = find_default_backend(host);
    CHECK(host.host.default_backend == by_default);

    model::Nic nic;
    nic.network = "/wired/0/bridged";
    nic.backend_uuid = by_uuid.text();
    nic.backend_name = "net";
    const auto backend = [&] { return nic_backend(nic, vm, host.host, host); };
    CHECK(backend() == by_uuid);
    nic.backend_uuid.clear();
    CHECK(backend() == by_name);
    nic.backend_name.clear();
    CHECK(backend() == by_network);
    nic.network = "/internal";
    CHECK(backend() == by_default);
    CHECK_FALSE(nic_backend(nic, by_default, host.host, host).has_value());
    nic.backend_uuid = uuid_of(77).text();
    CHECK_FALSE(backend().has_value());
}

TEST_CASE("the property lists object paths in starting order, and nothing while there is a cycle") {
    HostOfVms host;
    const auto deep = host.add(1);
    const auto middle = host.add(2, {{"config/nic/0/backend-uuid", deep.text()}});
    const auto top =
        host.add(3, {{"config/nic/0/backend-uuid", middle.text()}, {"config/nic/1/backend-uuid", deep.text()}});
    CHECK(host.get(top, VmProperty::dependencies) == Value{StringList{vm_path(deep), vm_path(middle)}});
    CHECK(vm_path(deep) == "/vm/" + deep.path_form());
    host.trees.at(deep).set("config/nic/0/backend-uuid", top.text());
    CHECK(host.get(top, VmProperty::dependencies) == Value{StringList{}});
}
