#include "model/guest_spec.hpp"
#include "model/monitor_facts.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

using namespace xm::model;

namespace {

template <class T>
std::multiset<std::string> names_of(const T& object) {
    std::multiset<std::string> names;
    visit_fields(object, [&](const char* name, const auto&) { names.insert(name); });
    return names;
}

template <class T>
bool all_different(const T& object) {
    const auto names = names_of(object);
    return names.size() == std::set<std::string>(names.begin(), names.end()).size();
}

template <class E>
void reads_back() {
    for (std::size_t i = 0; i < Words<E>::words.size(); ++i) {
        const auto value = static_cast<E>(i);
        CHECK(parse_word<E>(word(value)) == value);
    }
    CHECK_FALSE(parse_word<E>("nonsense"));
}

}    // namespace

TEST_CASE("no two members of a record share a name") {
    CHECK(all_different(GuestSpec{}));
    CHECK(all_different(Disk{}));
    CHECK(all_different(Nic{}));
    CHECK(all_different(MonitorFacts{}));
}

TEST_CASE("a change of any member is a change of the whole") {
    GuestSpec changed;
    int members = 0;
    visit_fields(changed, [&](const char* name, auto& member) {
        const auto before = member;
        using Member = std::remove_reference_t<decltype(member)>;
        if constexpr (std::is_same_v<Member, bool>)
            member = !member;
        else if constexpr (std::is_same_v<Member, int>)
            ++member;
        else if constexpr (std::is_same_v<Member, std::string>)
            member += "x";
        else if constexpr (std::is_enum_v<Member>)
            member = static_cast<Member>(1);
        else if constexpr (requires { member.emplace_back(); })
            member.emplace_back();
        else
            member.emplace();
        INFO(name);
        CHECK_FALSE(changed == GuestSpec{});
        member = before;
        ++members;
    });
    CHECK(members == static_cast<int>(names_of(GuestSpec{}).size()));
}

TEST_CASE("every word of a closed vocabulary reads back") {
    reads_back<VirtType>();
    reads_back<DeathAction>();
    reads_back<DiskType>();
    reads_back<DiskMode>();
    reads_back<DiskDevtype>();
    reads_back<DownReason>();
}
