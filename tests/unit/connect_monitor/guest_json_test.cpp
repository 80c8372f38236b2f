#include "connect/guest_json.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace xm;
using namespace xm::connect;

namespace {

// Every member different from its default.
model::GuestSpec full_spec() {
    model::GuestSpec spec;
    visit_fields(spec, [n = 1](const char* name, auto& member) mutable {
        using Member = std::remove_reference_t<decltype(member)>;
        if constexpr (std::is_same_v<Member, bool>)
            member = !member;
        else if constexpr (std::is_same_v<Member, int>)
            member = ++n;
        else if constexpr (std::is_same_v<Member, std::string>)
            member = name;
        else if constexpr (std::is_enum_v<Member>)
            member = static_cast<Member>(1);
        else if constexpr (requires { member.emplace_back(); })
            member.resize(2);
        else
            member.emplace();
    });
    spec.disks[1].path = "/storage/a \"quoted\" name, \xc3\xa9";
    spec.nics[1].id = 7;
    return spec;
}

std::string refusal_of(std::string_view text) {
    try {
        guest_spec_from_json(text);
    } catch (const Failure& failure) {
        CHECK(failure.info().symbol == "bad_json");
        return failure.object() + ": " + failure.cause();
    }
    return "accepted";
}

}    // namespace

TEST_CASE("a spec with every member set survives the journey as JSON") {
    const model::GuestSpec spec = full_spec();
    CHECK(guest_spec_from_json(to_json(spec)) == spec);
}

TEST_CASE("what is absent keeps its default") { CHECK(guest_spec_from_json("{}") == model::GuestSpec{}); }

TEST_CASE("facts survive the journey as JSON") {
    model::MonitorFacts facts;
    facts.uuid = "u";
    facts.pid = 1LL << 40;
    facts.domid = 3;
    facts.state = model::VmState::creating_devices;
    facts.reason = model::DownReason::crash;
    facts.memory_kib = 1LL << 35;
    CHECK(monitor_facts_from_json(to_json(facts)) == facts);
}

TEST_CASE("a mistake in a spec is refused and its place is named") {
    CHECK(refusal_of("[]") == ": expected an object");
    CHECK(refusal_of("{") == "guest spec: not JSON text");
    CHECK(refusal_of(R"({"memory-mib":"12"})") == "memory-mib: expected an integer");
    CHECK(refusal_of(R"({"memory-mib":1.5})") == "memory-mib: expected an integer");
    CHECK(refusal_of(R"({"memory-mib":2147483648})") == "memory-mib: expected an integer of 32 bits");
    CHECK(refusal_of(R"({"memory-mib":-2147483649})") == "memory-mib: expected an integer of 32 bits");
    CHECK(refusal_of(R"({"memory-mib":18446744073709551615})") == "memory-mib: expected an integer of 32 bits");
    CHECK(refusal_of(R"({"hpet":1})") == "hpet: expected true or false");
    CHECK(refusal_of(R"({"name":null})") == "name: expected a string");
    CHECK(refusal_of(R"({"name":"a\u0000b"})") == "name: expected a string without NUL");
    CHECK(refusal_of(R"({"virt-type":"kvm"})") == "virt-type: expected one of pv, pvh, hvm");
    CHECK(refusal_of(R"({"disks":[{},{"mode":"x"}]})") == "disks[1].mode: expected one of r, w");
    CHECK(refusal_of(R"({"disks":{}})") == "disks: expected an array");
    CHECK(refusal_of(R"({"nics":[{"ip":"1.2.3.4"}]})") == "nics[0]: unknown member ip");
    CHECK(refusal_of(R"({"nmae":"x"})") == ": unknown member nmae");
}

TEST_CASE("deeply nested text is refused without harm") {
    CHECK(refusal_of(std::string(200'000, '[')) == "guest spec: not JSON text");
}

TEST_CASE("bytes that are not UTF-8 do not stop a spec from being written") {
    model::GuestSpec spec;
    spec.name = "\xff\xfe";
    CHECK_NOTHROW(guest_spec_from_json(to_json(spec)));
}

TEST_CASE("the digest tells specs apart and is stable") {
    model::GuestSpec spec = full_spec();
    const std::string before = spec_digest(spec);
    CHECK(before.size() == 16);
    CHECK(spec_digest(full_spec()) == before);
    spec.nics[0].mac = "00:16:3e:00:00:01";
    CHECK(spec_digest(spec) != before);
}
