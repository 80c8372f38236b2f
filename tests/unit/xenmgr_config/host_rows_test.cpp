#include "xenmgr/config/host_rows.hpp"

#include "unit/xenmgr_config/host_of_vms.hpp"

#include <catch2/catch.hpp>

#include <iterator>

using namespace xm;
using namespace xm::xenmgr;
using Catch::Contains;
using Catch::StartsWith;
using test::failure_of;
using test::text;
using test::tree_of;
using H = HostProperty;
using U = UiProperty;

namespace {

const HostFacts no_facts;

// A value the row accepts and that differs from what it reads.
Value other(const Value& before, const Setting& setting) {
    if (const auto* flag = std::get_if<bool>(&before)) return !*flag;
    if (const auto* number = std::get_if<std::int32_t>(&before)) return *number + 5;
    for (const auto word : setting.words)
        if (word != std::get<std::string>(before)) return std::string{word};
    return std::string{"/other"};
}

template <class Property, std::size_t N>
void check_rows(const idl::Property (&schema)[N]) {
    for (std::size_t i = 0; i < N; ++i) {
        INFO(schema[i].name);
        const auto property = static_cast<Property>(i);
        const auto& row = host_row(property);
        ConfigTree host;
        const auto before = get(host, no_facts, property);
        if (schema[i].access == idl::Access::read) {
            CHECK(failure_of([&] { plan_set(host, no_facts, property, before); }) == "property_not_writable");
            continue;
        }
        if (row.stored.key.empty()) continue;
        const auto value = other(before, row.stored);
        const auto change = plan_set(host, no_facts, property, value);
        CHECK(change.effects == row.effects);
        host.apply(change);
        CHECK(get(host, no_facts, property) == value);
        host.apply(plan_set(host, no_facts, property, before));
        CHECK(get(host, no_facts, property) == before);
    }
}

}    // namespace

TEST_CASE("every stored host setting reads back what was set, and says what is announced") {
    check_rows<H>(gen::xenmgr_config::properties);
    check_rows<U>(gen::xenmgr_config_ui::properties);
}

TEST_CASE("host settings have their defaults without any key") {
    const ConfigTree host;
    CHECK(get(host, no_facts, H::iso_path) == text("/storage/isos"));
    CHECK(get(host, no_facts, H::autostart) == Value{true});
    CHECK(get(host, no_facts, H::dom0_mem_target_mib) == Value{256});
    CHECK(get(host, no_facts, H::xc_diag_timeout) == Value{180});
    CHECK(get(host, no_facts, H::measure_fail_action) == text("forced-shutdown"));
    CHECK(get(host, no_facts, H::use_networking_domain) == Value{true});
    CHECK(get(host, no_facts, U::switcher_resistance) == Value{10});
    CHECK(get(host, no_facts, U::switcher_self_switch_enabled) == Value{false});
    CHECK(get(host, no_facts, U::idle_time_threshold) == Value{0});
    CHECK(get(host, no_facts, U::language) == text("en-us"));
}

TEST_CASE("permissions of the host are stored as prohibitions") {
    auto host = tree_of({{"vm-create-disallowed", "true"}});
    CHECK(get(host, no_facts, H::vm_creation_allowed) == Value{false});
    const auto change = plan_set(host, no_facts, H::vm_creation_allowed, true);
    CHECK(change.effects.config_changed);
    host.apply(change);
    CHECK(host.size() == 0);
    host.apply(plan_set(host, no_facts, H::vm_deletion_allowed, false));
    CHECK(host.get("vm-delete-disallowed") == "true");
}

TEST_CASE("the self-switch setting is stored inverted and both values are kept") {
    ConfigTree host;
    host.apply(plan_set(host, no_facts, U::switcher_self_switch_enabled, true));
    CHECK(host.get("switcher/self-switch-disabled") == "false");
    host.apply(plan_set(host, no_facts, U::switcher_self_switch_enabled, false));
    CHECK(host.get("switcher/self-switch-disabled") == "true");
}

TEST_CASE("the pointer trail is in milliseconds on the bus and in seconds in the database") {
    ConfigTree host;
    host.apply(plan_set(host, no_facts, U::pointer_trail_timeout, 1500));
    CHECK(host.get("xenmgr/pointerTrailTimeout") == "1.5");
    const std::pair<std::string_view, int> rows[] = {{"2", 2000}, {"0.25", 250}, {"1.2345", 1234},  {"-1.5", -1500},
                                                     {"x", 0},    {"1.x", 0},    {"99999999999", 0}};
    for (const auto& [stored, expected] : rows) {
        INFO(stored);
        CHECK(get(tree_of({{"xenmgr/pointerTrailTimeout", stored}}), no_facts, U::pointer_trail_timeout) ==
              Value{expected});
    }
}

TEST_CASE("a refusal names the interface and what is allowed") {
    CHECK_THROWS_WITH(
        plan_set(ConfigTree{}, no_facts, H::iso_path, text("isos")),
        StartsWith("bad_value: com.citrix.xenclient.xenmgr.config: property iso-path = \"isos\": must be an "
                   "absolute path."));
    CHECK_THROWS_WITH(plan_set(ConfigTree{}, no_facts, U::wallpaper, text("\n")),
                      StartsWith("bad_value: com.citrix.xenclient.xenmgr.config.ui: property wallpaper"));
    CHECK_THROWS_WITH(plan_set(ConfigTree{}, no_facts, U::language, text("xx")),
                      Contains("xx: this host offers no languages."));
}

TEST_CASE("a setting without effect is accepted and announced") {
    const auto change = plan_set(ConfigTree{}, no_facts, U::idle_time_threshold, 5);
    CHECK(change.empty());
    CHECK(change.effects.config_changed);
}

TEST_CASE("switches that are files are read from the facts and left to the caller") {
    const HostFacts facts{.capabilities = {}, .ssh = true};
    CHECK(get(ConfigTree{}, facts, H::enable_ssh) == Value{true});
    CHECK(get(ConfigTree{}, facts, H::enable_argo_ssh) == Value{false});
    CHECK(plan_set(ConfigTree{}, facts, H::enable_ssh, false).empty());
    CHECK(host_row(H::enable_ssh).switch_file.service == "/etc/init.d/sshd");
    CHECK(host_row(H::enable_dom0_networking).switch_file.file == "/config/system/dom0-networking-disabled");
    CHECK(host_row(H::autostart).switch_file.file.empty());
}

TEST_CASE("capabilities are lowered and trimmed, and decide what the host offers") {
    const HostFacts facts{
        .capabilities = parse_capabilities(
            "# caps\n Secondary-GPU-PT = TRUE\nsupported-languages = en-us  de-DE\tfr-fr \nbroken\n")};
    CHECK(get(ConfigTree{}, facts, H::secondary_gpu_pt) == Value{true});
    CHECK(get(ConfigTree{}, facts, H::configurable_save_changes_across_reboots) == Value{false});
    CHECK(supported_languages(facts) == StringList{"en-us", "de-de", "fr-fr"});
}

TEST_CASE("a language must be one that the host offers") {
    const HostFacts facts{.capabilities = {{"supported-languages", "en-us de-de"}}};
    const auto change = plan_set(ConfigTree{}, facts, U::language, text("de-de"));
    CHECK(change.effects.language_changed);
    CHECK(change.effects.config_changed);
    CHECK(change.empty());
    CHECK(failure_of([&] { plan_set(ConfigTree{}, facts, U::language, text("xx")); }) == "unsupported_language");
    CHECK(parse_language("A=b\nLANGUAGE='de-de'\n") == "de-de");
    CHECK(parse_language("LANGUAGE=fr-fr") == "fr-fr");
    CHECK(parse_language("") == "en-us");
    CHECK(parse_language(language_file("de-de")) == "de-de");
}
