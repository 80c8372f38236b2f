#include "xec/vm_select.hpp"

#include "xec/value_parse.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xec;

namespace {

const std::vector<Vm> vms{
    {"/vm/a", {}, "twin", "uuid-a", "stopped"},
    {"/vm/b", 7, "twin", "uuid-b", "running"},
    {"/vm/c", 3, "solo", "uuid-c", "paused"},
    {"/vm/d", {}, "last", "uuid-d", "stopped"},
};

std::vector<std::string> paths(const std::vector<Vm>& list) {
    std::vector<std::string> result;
    for (const auto& vm : list)
        result.push_back(vm.path);
    return result;
}

std::vector<std::string> found(Selection::By by, const char* wanted) { return paths(matching(vms, {by, wanted})); }

using Paths = std::vector<std::string>;
using By = Selection::By;

}    // namespace

TEST_CASE("VMs are told from other objects in one answer of the object manager") {
    const auto managed = parse_value("a{oa{sa{sv}}}", R"({
        "/": {"com.citrix.xenclient.xenmgr": {}},
        "/vm/1": {"com.citrix.xenclient.xenmgr.vm": {"name": s:"a", "uuid": s:"u1", "domid": i:4, "state": s:"running",
                                                     "memory": i:1024}},
        "/vm/1/disk/0": {"com.citrix.xenclient.vmdisk": {"name": s:"disk"}},
        "/vm/2": {"com.citrix.xenclient.xenmgr.vm": {"name": s:"b", "uuid": s:"u2", "domid": i:-1, "state": s:"stopped"}},
        "/vm/3": {"com.citrix.xenclient.xenmgr.vm": {"name": i:7}}})",
                                     "managed objects");
    const auto list = vms_in(managed);
    REQUIRE(paths(list) == Paths{"/vm/1", "/vm/2", "/vm/3"});
    CHECK(list[0].domid == 4);
    CHECK(list[0].name == "a");
    CHECK(list[0].state == "running");
    CHECK_FALSE(list[1].domid);
    CHECK(list[2].name.empty());
}

TEST_CASE("a VM is selected by name, uuid, path or domain, exactly") {
    CHECK(found(By::name, "solo") == Paths{"/vm/c"});
    CHECK(found(By::name, "sol").empty());
    CHECK(found(By::uuid, "uuid-d") == Paths{"/vm/d"});
    CHECK(found(By::object, "/vm/b") == Paths{"/vm/b"});
    CHECK(found(By::domid, "3") == Paths{"/vm/c"});
    CHECK(found(By::domid, "03").empty());
    CHECK(found(By::domid, "").empty());
    CHECK(found(By::domid, "-1").empty());
}

TEST_CASE("of several VMs with one name the first is first") {
    CHECK(found(By::name, "twin") == Paths{"/vm/a", "/vm/b"});
}

TEST_CASE("a selection by object goes before name, uuid and domain") {
    Options options;
    CHECK_FALSE(selection_of(options));
    options.vm_domid = "1";
    CHECK(selection_of(options)->by == By::domid);
    options.vm_uuid = "u";
    CHECK(selection_of(options)->by == By::uuid);
    options.vm_name = "n";
    CHECK(selection_of(options)->by == By::name);
    options.vm_object = "/vm/1";
    CHECK(selection_of(options)->wanted == "/vm/1");
}

TEST_CASE("running VMs come first by domain, the others stay in order") {
    CHECK(paths(sorted(vms)) == Paths{"/vm/c", "/vm/b", "/vm/a", "/vm/d"});
}

TEST_CASE("JSON of the table has null where there is no domain") {
    CHECK(compact(vm_table_json({vms[0], vms[2]})) ==
          R"([{"domid":null,"name":"twin","uuid":"uuid-a","state":"stopped","path":"/vm/a"},)"
          R"({"domid":3,"name":"solo","uuid":"uuid-c","state":"paused","path":"/vm/c"}])");
}
