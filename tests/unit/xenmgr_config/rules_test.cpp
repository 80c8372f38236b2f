#include "gen/errors.hpp"
#include "unit/xenmgr_config/host_of_vms.hpp"
#include "xenmgr/config/argo_rules.hpp"
#include "xenmgr/config/db_keys.hpp"
#include "xenmgr/config/net_rules.hpp"
#include "xenmgr/config/pci_rules.hpp"
#include "xenmgr/config/policies.hpp"
#include "xenmgr/config/product_properties.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xenmgr;
using test::failure_of;
using test::tree_of;

namespace {

const Uuid vm = test::uuid_of(1);

std::string normal(std::string_view rule) {
    const auto parsed = parse_argo_rule(rule);
    return parsed ? to_text(*parsed) : "refused";
}

}    // namespace

TEST_CASE("argo rules are read in every form and written in one") {
    CHECK(normal("my-stubdom -> 0:4001") == "my-stubdom -> 0:4001");
    CHECK(normal("  MYSELF\t:*->\t*: 80 ") == "myself -> *:80");
    CHECK(normal("myself-if-seamless->seamless") == "myself-if-seamless -> seamless");
    CHECK(normal("dom-type=NDVM:5555 -> dom-name=a-b_c.d") == "dom-type=ndvm:5555 -> dom-name=a-b_c.d");
    CHECK(normal("0 -> 00000000-0000-0000-0000-00000000000A:1") == "0 -> 00000000-0000-0000-0000-00000000000a:1");
    CHECK(normal("myself:0->0:4294967295") == "myself:0 -> 0:4294967295");
}

TEST_CASE("argo rules with anything missing or left over are refused") {
    for (const auto rule : {"", "->", "myself", "myself ->", "-> 0", "myself -> 0 x", "myself -> 0:80x", "myself -> 0:",
                            "myself -> 0:-1", "myself -> 0:4294967296", "dom-type= -> 0", "dom-name=a b -> 0", "1 -> 0",
                            "myself -> 0 -> 0", "myself:1:2 -> 0", "dom-name=\"x\" -> 0"}) {
        INFO(rule);
        CHECK(normal(rule) == "refused");
    }
}

TEST_CASE("an argo rule is added once, deleted in every spelling, and a bad one is refused") {
    auto tree = tree_of({{"argo-firewall-rules/0", "myself -> 0:80"}});
    CHECK(plan_add_argo_rule(tree, vm, "MYSELF->0:80").empty());
    tree.apply(plan_add_argo_rule(tree, vm, "0->myself:1"));
    CHECK(list_argo_rules(tree) == StringList{"myself -> 0:80", "0 -> myself:1"});
    tree.apply(plan_delete_argo_rule(tree, vm, "myself ->  0:80"));
    CHECK(tree == tree_of({{"argo-firewall-rules/0", "0 -> myself:1"}}));
    CHECK(plan_delete_argo_rule(tree, vm, "seamless -> *").empty());
    CHECK(failure_of([&] { plan_add_argo_rule(tree, vm, "x"); }) == "rule_parse_error");
    CHECK(failure_of([&] { plan_delete_argo_rule(tree, vm, "x"); }) == "rule_parse_error");
    CHECK(errors::rule_parse_error.code == 237);
    CHECK(to_text(inverse(argo_rules(tree).front())) == "myself:1 -> 0");
}

TEST_CASE("network rules are stored under their id") {
    ConfigTree tree;
    tree.apply(plan_add_net_rule(tree, vm, {3, "in", "10.0.0.0/8", ""}));
    CHECK(tree == tree_of({{"firewall-rule/3/direction", "in"},
                           {"firewall-rule/3/remote-ip", "10.0.0.0/8"},
                           {"firewall-rule/3/extra", ""}}));
    CHECK(list_net_rules(tree) ==
          std::vector<StringMap>{{{"id", "3"}, {"direction", "in"}, {"remote-ip", "10.0.0.0/8"}, {"extra", ""}}});
    CHECK(failure_of([&] { plan_add_net_rule(tree, vm, {4, "inout", "", ""}); }) == "bad_direction");
    CHECK(failure_of([&] { plan_add_net_rule(tree, vm, {4, "out", "1.2.3.4\n", ""}); }) == "bad_value");
    CHECK(plan_delete_net_rule(tree, 9).empty());
    tree.apply(plan_delete_net_rule(tree, 3));
    CHECK(tree.entries().empty());
}

TEST_CASE("enforcing policies writes all seven; what is named is forbidden") {
    ConfigTree tree;
    CHECK(retrieve_policies(tree).empty());
    const auto change = plan_enforce_policies("block-cd-rec; block-modify-vm-settings;nonsense;");
    CHECK(change.writes.size() == 7);
    CHECK(change.effects.config_changed);
    tree.apply(change);
    CHECK(retrieve_policies(tree) == "block-cd-rec;block-modify-vm-settings");
    CHECK(tree.get("policies/cd-access") == "true");
    tree.apply(plan_enforce_policies(""));
    CHECK(retrieve_policies(tree).empty());
}

TEST_CASE("database keys have dots or slashes and stay below the VM") {
    CHECK(db_key_path("config.memory") == "config/memory");
    CHECK(db_key_path("/config//memory/") == "config/memory");
    CHECK(db_key_path("..config") == "config");
    for (const auto& key : {std::string{}, std::string{"..."}, std::string{"a\0b", 3}, std::string(201, 'x')})
        CHECK(failure_of([&] { db_key_path(key); }) == "bad_path");
}

TEST_CASE("a database key that decides what the VM may do is out of reach for the restricted interface") {
    const auto tree = tree_of({{"policies/cd-access", "false"}});
    for (const auto key : {"policies.cd-access", "policies", "rpc-firewall-rules/0", "/argo-firewall-rules//0",
                           "run-pre-boot", "config.extra-xenvm.0", "config/extra-hvm/0"}) {
        INFO(key);
        CHECK(failure_of([&] { plan_set_db_key(tree, vm, key, "x", Reach::restricted); }) == "access_denied");
        CHECK(failure_of([&] { plan_set_db_key(tree, vm, key, "x", Reach::full); }).empty());
    }
    CHECK_FALSE(plan_set_db_key(tree, vm, "config.memory", "1", Reach::restricted).empty());
    CHECK_FALSE(plan_set_db_key(tree, vm, "policies-x", "1", Reach::restricted).empty());
}

TEST_CASE("database keys read empty when absent, and a key with others below it ignores writes") {
    auto tree = tree_of({{"config/memory", "1"}});
    CHECK(get_db_key(tree, "config.memory") == "1");
    CHECK(get_db_key(tree, "config").empty());
    CHECK(plan_set_db_key(tree, vm, "config", "x", Reach::full).empty());
    CHECK(plan_set_db_key(tree, vm, "config.memory", "1", Reach::full).empty());
    tree.apply(plan_set_db_key(tree, vm, "config.memory.x", "2", Reach::full));
    CHECK(tree == tree_of({{"config/memory/x", "2"}}));
}

TEST_CASE("product properties are listed without their values, and those without key not at all") {
    const auto tree = tree_of({{"productproperty/c.k/key", "k"},
                               {"productproperty/c.k/class", "c"},
                               {"productproperty/c.k/type", "uint8"},
                               {"productproperty/c.k/value", "5"},
                               {"productproperty/c.k/password", "true"},
                               {"productproperty/broken/value", "6"}});
    const auto list = list_product_properties(tree);
    REQUIRE(list.size() == 1);
    CHECK(list.front() == StringMap{{"id", "c.k"},
                                    {"type", "uint8"},
                                    {"key", "k"},
                                    {"class", "c"},
                                    {"instance", ""},
                                    {"label", ""},
                                    {"description", ""},
                                    {"user-configurable", "false"},
                                    {"password", "true"}});
    CHECK(get_product_property(tree, vm, "c.k") == "5");
    CHECK(failure_of([&] { get_product_property(tree, vm, "x"); }) == "no_such_product_property");
    CHECK(plan_set_product_property(tree, vm, "c.k", "255").writes == StringMap{{"productproperty/c.k/value", "255"}});
    CHECK(failure_of([&] { plan_set_product_property(tree, vm, "c.k", "256"); }) == "bad_value");
}

TEST_CASE("values of product properties fit their type") {
    struct Row {
        std::string_view type, good, bad;
    };
    for (const auto& [type, good, bad] :
         {Row{"uint8", "0", "-1"}, Row{"sint8", "-128", "128"}, Row{"uint16", "65535", "65536"},
          Row{"sint16", "-32768", "32768"}, Row{"uint32", "4294967295", "4294967296"},
          Row{"sint32", "-2147483648", "x"}, Row{"uint64", "18446744073709551615", "-1"},
          Row{"sint64", "-9223372036854775808", "9223372036854775808"}, Row{"real32", "1.5e3", "1e99"},
          Row{"real64", "-1e300", "nan"}, Row{"Boolean", "true", "yes"}}) {
        INFO(type);
        CHECK_FALSE(product_value_complaint(type, good).has_value());
        CHECK(product_value_complaint(type, bad).has_value());
        CHECK(product_value_complaint(type, "").has_value());
    }
    CHECK_FALSE(product_value_complaint("String", "anything").has_value());
}

TEST_CASE("PCI addresses are hexadecimal and complete") {
    CHECK(PciAddress::parse("0000:1F:1a.7") == PciAddress{0, 0x1f, 0x1a, 7});
    CHECK(PciAddress{0x10, 0xff, 2, 0}.text() == "0010:ff:02.0");
    for (const auto wrong :
         {"", "00:02.0", "0000:00:20.0", "0000:00:02.8", "0000:00:02.00", "0000:00-02.0", "000g:00:02.0"})
        CHECK_FALSE(PciAddress::parse(wrong).has_value());
}

TEST_CASE("PCI rules are added with rising ids, listed, and deleted by what they say") {
    ConfigTree tree;
    tree.apply(plan_add_pci_rule(tree, parse_pci_ids("0x0200", "32902", "any")));
    tree.apply(plan_add_pci_rule(tree, parse_pci_ids("", "0x8086", "0x1502")));
    tree.apply(plan_add_pci_rule(tree, parse_address_rule("0000:00:19.0 @ 1f")));
    CHECK(tree.get("config/pci/1/vendor") == "0x8086");
    CHECK(tree.get("config/pci/3/bdf") == "0000:00:19.0@1f");
    CHECK(list_pci_rules(tree) ==
          std::vector<StringMap>{{{"id", "1"}, {"rule", "match class=0x0200 vendor=0x8086 device="}},
                                 {{"id", "2"}, {"rule", "match class= vendor=0x8086 device=0x1502"}},
                                 {{"id", "3"}, {"rule", "bdf=0000:00:19.0 @ 1f"}}});
    CHECK(plan_delete_pci_rule(tree, parse_address_rule("0000:00:19.0")).empty());
    tree.apply(plan_delete_pci_rule(tree, parse_address_rule("0000:00:19.0@1F")));
    tree.apply(plan_delete_pci_rule(tree, parse_pci_ids("0x200", "0x8086", "")));
    CHECK(list_pci_rules(tree).size() == 1);
}

TEST_CASE("PCI rules that cannot be read, or would pass the whole host, are refused") {
    CHECK(failure_of([] { parse_pci_ids("0x10000", "", ""); }) == "bad_value");
    CHECK(failure_of([] { parse_pci_ids("class", "", ""); }) == "bad_value");
    CHECK(failure_of([] { plan_add_pci_rule(ConfigTree{}, parse_pci_ids("any", "", "any")); }) == "bad_value");
    CHECK(failure_of([] { parse_address_rule("0000:00:19"); }) == "bad_pci_address");
    CHECK(failure_of([] { parse_address_rule("0000:00:19.0@20"); }) == "bad_pci_address");
}

TEST_CASE("rules select devices of the host: the GPU first, then by address, each once") {
    const std::vector<PciDevice> host = {
        {{0, 0, 0x02, 0}, 0x8086, 0x1234, 0x0300, "gpu"},    {{0, 0, 0x16, 0}, 0x8086, 0x0001, 0x0780, "heci"},
        {{0, 0, 0x16, 3}, 0x8086, 0x0002, 0x0700, "serial"}, {{0, 0, 0x19, 0}, 0x8086, 0x1502, 0x0200, "nic"},
        {{0, 1, 0x00, 0}, 0x10de, 0x9999, 0x0380, "gpu2"},   {{0, 2, 0x00, 0}, 0x10ec, 0x8168, 0x0200, "nic2"},
    };
    const auto texts = [&](const ConfigTree& tree, bool amt) {
        std::vector<std::string> list;
        for (const auto& device : passed_devices(tree, host, amt).present)
            list.push_back(device.text());
        return list;
    };
    CHECK(texts(tree_of({{"config/pci/1/class", "0x0200"}, {"config/pci/1/force-slot", "false"}}), false) ==
          std::vector<std::string>{"0000:00:19.0", "0000:02:00.0"});
    CHECK(texts(tree_of({{"config/pci/1/class", "0x0300"}}), false) ==
          std::vector<std::string>{"0000:00:02.0", "0000:01:00.0"});
    CHECK(texts(tree_of({{"gpu", "0000:01:00.0"}, {"config/pci/1/class", "0x0300"}}), false) ==
          std::vector<std::string>{"0000:01:00.0", "0000:00:02.0"});
    CHECK(texts(tree_of({{"amt-pt", "true"}}), true) == std::vector<std::string>{"0000:00:16.0@16", "0000:00:16.3"});
    CHECK(texts(tree_of({{"amt-pt", "true"}}), false).empty());
    const auto absent = passed_devices(
        tree_of({{"config/pci/1/bdf", "0000:05:00.0"}, {"config/pci/2/bdf", "0000:00:19.0@5"}}), host, false);
    CHECK(absent.missing == std::vector<PciAddress>{{0, 5, 0, 0}});
    REQUIRE(absent.present.size() == 1);
    CHECK(absent.present.front().text() == "0000:00:19.0@05");
    CHECK(describe(host[3]) == StringMap{{"addr", "0000:00:19.0"},
                                         {"name", "nic"},
                                         {"class", "0x200"},
                                         {"vendor-id", "0x8086"},
                                         {"device-id", "0x1502"}});
}
