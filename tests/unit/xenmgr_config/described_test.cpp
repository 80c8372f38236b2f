// The tables of properties against what the interface descriptions tell clients: they must not drift apart.

#include "base/files.hpp"
#include "unit/xenmgr_config/host_of_vms.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/nic_rows.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>

using namespace xm;
using namespace xm::xenmgr;
using nlohmann::json;

namespace {

json described(std::string_view interface_name) {
    const auto all = json::parse(files::read(XM_INTERFACES));
    for (const auto& one : all.at("interfaces"))
        if (one.at("name") == interface_name) return one.at("properties");
    return {};
}

std::string_view applies(When when) {
    switch (when) {
        case When::now:
            return "now";
        case When::next_start:
            return "next-start";
        case When::never:
            break;
    }
    return "";
}

// "0..16777216", "0.." or empty for every number.
std::string range_text(const Range& range) {
    constexpr Range any;
    if (range.low == any.low && range.high == any.high) return "";
    return std::to_string(range.low) + ".." + (range.high == any.high ? "" : std::to_string(range.high));
}

// An empty text needs no word.
std::vector<std::string> words_of(const Setting& stored) {
    std::vector<std::string> words{stored.words.begin(), stored.words.end()};
    std::erase(words, "");
    return words;
}

std::string plain(const Value& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<std::int32_t>(&value)) return std::to_string(*number);
    return std::get<std::string>(value);
}

// What the client reads of the row is what its description says. `works`: setting it has an effect.
void check_row(const json& text, const Setting& stored, When when, bool works) {
    INFO(text.at("name"));
    CHECK((text.at("access") == "read") == (when == When::never));
    if (when == When::never) return;
    if (works) CHECK(text.value("applies", "") == applies(when));
    CHECK(text.value("range", "") == range_text(stored.range));
    CHECK(text.value("values", std::vector<std::string>{}) == words_of(stored));
}

}    // namespace

TEST_CASE("VM properties are written, bounded and take effect as their description says") {
    const auto texts = described(gen::xenmgr_vm_unrestricted::interface_name);
    REQUIRE(texts.size() == vm_rows().size());
    for (const auto& row : vm_rows())
        check_row(texts.at(static_cast<std::size_t>(row.id)), row.stored, row.when, true);
}

TEST_CASE("a VM of which nothing is stored reads the defaults that the description gives") {
    test::HostOfVms host;
    const auto vm = host.add(1);
    const auto texts = described(gen::xenmgr_vm_unrestricted::interface_name);
    for (const auto& row : vm_rows()) {
        const auto& text = texts.at(static_cast<std::size_t>(row.id));
        INFO(text.at("name"));
        if (row.when == When::never) continue;
        const auto fallback = text.value("default", "");
        if (!fallback.starts_with('=')) CHECK(plain(host.get(vm, row.id)) == fallback);
    }
}

TEST_CASE("a default that is another property's value follows that property") {
    test::HostOfVms host;
    const auto vm = host.add(1, {{"config/memory", "321"}});
    for (const auto property : {VmProperty::memory_min, VmProperty::memory_static_max}) {
        const auto texts = described(gen::xenmgr_vm_unrestricted::interface_name);
        CHECK(texts.at(static_cast<std::size_t>(property)).at("default") == "=memory");
        CHECK(plain(host.get(vm, property)) == "321");
    }
}

TEST_CASE("disk properties are written, bounded and take effect as their description says") {
    const auto texts = described(gen::vmdisk::interface_name);
    REQUIRE(texts.size() == disk_rows().size());
    const auto tree = test::tree_of({{"config/disk/0/path", ""}});
    for (const auto& row : disk_rows()) {
        const auto& text = texts.at(static_cast<std::size_t>(row.id));
        check_row(text, row.stored, row.when, !row.stored.key.empty());
        if (row.when != When::never)
            CHECK(plain(get_disk(tree, test::uuid_of(1), 0, row.id, {})) == text.value("default", ""));
    }
}

TEST_CASE("NIC properties are written, bounded and take effect as their description says") {
    const auto texts = described(gen::vmnic::interface_name);
    REQUIRE(texts.size() == nic_rows().size());
    const auto tree = test::tree_of({{"config/nic/0/id", "0"}});
    for (const auto& row : nic_rows()) {
        const auto& text = texts.at(static_cast<std::size_t>(row.id));
        check_row(text, row.stored, row.when, true);
        if (row.when != When::never)
            CHECK(plain(get_nic(tree, test::uuid_of(1), 0, row.id)) == text.value("default", ""));
    }
}

TEST_CASE("a running VM's settings may be written; those of the manager never") {
    test::HostOfVms host;
    const auto vm = host.add(1);
    host.live[vm] = {.state = model::VmState::running, .domid = 7};
    CHECK(test::failure_of([&] { plan_set(host.view(vm), VmProperty::memory, 512); }).empty());
    CHECK(test::failure_of([&] { plan_set(host.view(vm), VmProperty::name, std::string{"new"}); }).empty());
    CHECK(test::failure_of([&] { plan_set(host.view(vm), VmProperty::hibernated, true); }) == "property_not_writable");
}

TEST_CASE("more processors than any guest can have are refused") {
    test::HostOfVms host;
    const auto vm = host.add(1);
    for (const auto property : {VmProperty::vcpus, VmProperty::cores_per_socket}) {
        CHECK(test::failure_of([&] { plan_set(host.view(vm), property, 8192); }).empty());
        CHECK(test::failure_of([&] { plan_set(host.view(vm), property, 100'000); }) == "bad_value");
    }
}
