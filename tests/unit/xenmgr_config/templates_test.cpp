#include "xenmgr/config/templates.hpp"

#include "unit/xenmgr_config/host_of_vms.hpp"
#include "xenmgr/config/argo_rules.hpp"
#include "xenmgr/config/creation.hpp"
#include "xenmgr/config/json_tree.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

using namespace xm;
using namespace xm::xenmgr;
using test::failure_of;
using test::HostOfVms;
using test::tree_of;
using P = VmProperty;

namespace {

namespace fs = std::filesystem;

const Templates shipped{XM_TEMPLATES};

// A folder of templates that lives as long as a test.
class Folder {
public:
    Folder() : path_{fs::temp_directory_path() / ("xm-templates-" + std::to_string(getpid()))} {
        fs::create_directory(path_);
    }
    ~Folder() { fs::remove_all(path_); }
    Folder& with(const std::string& name, std::string_view content) {
        std::ofstream{path_ / name} << content;
        return *this;
    }
    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

}    // namespace

TEST_CASE("the shipped templates are listed by what they are for") {
    CHECK(shipped.list() == StringList{"new-vm", "new-vm-empty", "new-vm-linux", "new-vm-ndvm-hvm", "new-vm-ndvm-pv",
                                       "new-vm-sync", "new-vm-windows8", "new-vm-xp"});
    CHECK(shipped.service_tags() == StringList{"ndvm-hvm", "ndvm-pv", "uivm", "usbvm"});
    CHECK(shipped.child_tags().empty());
    CHECK(shipped.list_ui() ==
          std::vector<StringMap>{{{"template", "new-vm"}, {"description", "Windows 7"}},
                                 {{"template", "new-vm-linux"}, {"description", "Linux (Debian, Ubuntu)"}},
                                 {{"template", "new-vm-windows8"}, {"description", "Windows 8/10"}},
                                 {{"template", "new-vm-xp"}, {"description", "Windows XP"}}});
}

TEST_CASE("the shipped templates say what they are known for") {
    struct Row {
        std::string_view name, key, value;
    };
    const Row rows[] = {
        {"new-vm", "config/memory", "2048"},
        {"new-vm", "config/hdtype", "ahci"},
        {"new-vm", "config/disk/0/path", "/storage/isos/xc-tools.iso"},
        {"new-vm", "argo-firewall-rules/4", "my-stubdom -> 0:5100"},
        {"new-vm-linux", "os", "linux"},
        {"new-vm-linux", "config/viridian", "false"},
        {"new-vm-windows8", "restrict-display-depth", "true"},
        {"new-vm-windows8", "config/vkbd", "true"},
        {"new-vm-xp", "config/hdtype", "ide"},
        {"new-vm-empty", "config/argo", "true"},
        {"new-vm-sync", "config/nic/0/network", "/any/0"},
        {"new-vm-sync", "config/qemu-dm-path", ""},
        {"service-ndvm-hvm", "uuid", "00000000-0000-0000-0000-000000000002"},
        {"service-ndvm-hvm", "config/pci/1/class", "0x0280"},
        {"service-ndvm-pv", "config/virt-type", "pv"},
        {"service-ndvm-pv", "rpc-firewall-rules/2", "allow destination com.citrix.xenclient.networkdaemon"},
        {"new-vm-ndvm-hvm", "config/cmdline", "root=/dev/xvda2 iommu=soft console=hvc0"},
        {"service-uivm", "config/disk/2/path", "/storage/uivm/uivm-gconf.vhd"},
        {"service-uivm", "rpc-firewall-rules/27",
         "allow destination com.citrix.xenclient.xcpmd interface com.citrix.xenclient.xcpmd"},
        {"service-uivm", "start-from-suspend-image", ""},
        {"service-usbvm", "config/kernel-extract", "0,1:/bzImage"},
    };
    for (const auto& row : rows) {
        INFO(row.name << " " << row.key);
        CHECK(shipped.load(row.name).get(row.key) == row.value);
    }
    CHECK_FALSE(shipped.load("new-vm-empty").has_below("config/disk"));
    CHECK_FALSE(shipped.load("service-uivm").has("rpc-firewall-rules/22"));
    CHECK(shipped.load("new-vm").size() == 33);
    CHECK(shipped.load("service-uivm").size() == 82);
    CHECK(shipped.load("service-ndvm-hvm").size() == 64);
}

TEST_CASE("every value of a shipped template is one that its property accepts, and every rule can be read") {
    auto names = shipped.list();
    for (const auto& tag : shipped.service_tags())
        names.push_back("service-" + tag);
    for (const auto& name : names) {
        INFO(name);
        const auto tree = shipped.load(name);
        CHECK(unreadable_keys(tree).empty());
        CHECK(argo_rules(tree).size() == tree.children("argo-firewall-rules").size());
        HostOfVms host;
        CHECK(failure_of([&] {
                  plan_create(ConfigTree{}, {.json = to_json(tree), .reach = Reach::full}, host);
              }).empty());
    }
}

TEST_CASE("a template is found by a plain name only") {
    for (const auto name : {"", ".", "..", "../default/new-vm", "new-vm/", "no-such", ".hidden", "a b", "new-vm\n"}) {
        INFO(name);
        CHECK(failure_of([&] { shipped.load(name); }) == "no_such_template");
    }
}

TEST_CASE("a damaged template is refused with the name of its file") {
    Folder folder;
    folder.with("bad", "{\"a\": ")
        .with("list", "{\"a\": [1]}")
        .with("child-x", "{\"name\": \"x\"}")
        .with(".hidden", "{}");
    const Templates templates{folder.path()};
    CHECK(failure_of([&] { templates.load("bad"); }) == "bad_template");
    CHECK(failure_of([&] { templates.load("list"); }) == "bad_template");
    CHECK(templates.child_tags() == StringList{"x"});
    CHECK(templates.load_child("x") == tree_of({{"name", "x"}}));
    CHECK(templates.list() == StringList{"bad", "list"});
    CHECK(Templates{folder.path() / "absent"}.list().empty());
}

TEST_CASE("the flavour is the first line of its file, or default") {
    Folder folder;
    folder.with("flavour", " tablet \nmore\n").with("bad", "../x\n");
    CHECK(read_flavour(folder.path() / "absent") == "default");
    CHECK(read_flavour(folder.path() / "flavour") == "tablet");
    CHECK(failure_of([&] { read_flavour(folder.path() / "bad"); }) == "bad_template");
}
