// Memory and processors.

#include "base/text.hpp"
#include "connect/xl/blocks.hpp"
#include "connect/xl/fields.hpp"

#include <algorithm>

namespace xm::connect::xl {
namespace {

using model::GuestSpec;
using model::VirtType;

constexpr int most_vcpus = 8192;      // what the hypervisor's interface can name
constexpr int most_mib = 16 << 20;    // 16 TiB

std::uint64_t memory_kib(std::string field, int mib) {
    if (mib < 1 || mib > most_mib) refuse(std::move(field), "{} MiB; a domain has 1 to {}", mib, most_mib);
    return static_cast<std::uint64_t>(mib) * kib_in_mib;
}

void set_memory(libxl_domain_build_info& build, const GuestSpec& spec) {
    build.target_memkb = memory_kib("memory-mib", spec.memory_mib);
    build.max_memkb = spec.memory_max_mib == 0 ? build.target_memkb : memory_kib("memory-max-mib", spec.memory_max_mib);
    if (build.max_memkb < build.target_memkb)
        refuse("memory-max-mib", "{} MiB is less than the {} MiB the domain starts with", spec.memory_max_mib,
               spec.memory_mib);
}

void set_vcpus(libxl_domain_build_info& build, const GuestSpec& spec) {
    if (spec.vcpus < 1 || spec.vcpus > most_vcpus) refuse("vcpus", "{}; a domain has 1 to {}", spec.vcpus, most_vcpus);
    build.max_vcpus = spec.vcpus;
    libxl_bitmap_dispose(&build.avail_vcpus);
    build.avail_vcpus = bits(spec.vcpus, true);
}

// What libxl_cpuid_parse_config and its sibling return, by number.
std::string_view cpuid_complaint(int answer) {
    switch (answer) {
        case 1:
            return "'=' or ':' is missing";
        case 2:
            return "libxl does not know this feature";
        case 3:
            return "this value does not fit";
        default:
            return "libxl cannot read it";
    }
}

// A list of features, "host,sse3=0"; or a mask of 32 characters for each register, "1:ecx=xxxx...,edx=...", where a
// subleaf follows the leaf after a comma or a plus sign.
void add_cpuid(libxl_cpuid_policy_list& list, const std::string& field, std::string_view rule) {
    if (rule.find(':') != rule.npos) {
        std::string mask{rule};
        std::replace(mask.begin(), mask.end(), '+', ',');
        if (const int answer = libxl_cpuid_parse_config_xend(&list, mask.c_str()); answer != 0)
            refuse(field, "'{}': {}; write <leaf>:<register>=<32 characters>", text::escaped(rule),
                   cpuid_complaint(answer));
        return;
    }
    for (const auto feature : text::split(rule, ',')) {
        if (text::trim(feature) == "host") continue;    // the rule starts from what the host has, as all do
        if (const int answer = libxl_cpuid_parse_config(&list, std::string{text::trim(feature)}.c_str()); answer != 0)
            refuse(field, "'{}': {}; write host,<feature>=<0, 1, x, k or s>", text::escaped(rule),
                   cpuid_complaint(answer));
    }
}

}    // namespace

void set_processors(libxl_domain_config& config, const GuestSpec& spec) {
    libxl_domain_build_info& build = config.b_info;
    set_memory(build, spec);
    set_vcpus(build, spec);
    for (std::size_t i = 0; i < spec.cpuid.size(); ++i)
        add_cpuid(build.cpuid, element("cpuid", i), spec.cpuid[i]);
}

}    // namespace xm::connect::xl
