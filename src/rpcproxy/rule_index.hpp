#pragma once
// Finds the last rule that matches without looking at the others.
//
// A tree. From the root, a rule goes down one edge for each thing that it names, in the order of Axis, and rests at
// the node where it has named all. A message walks every edge whose value it has, so it meets exactly the rules that
// match; each node knows the last rule at or below it, and a branch that cannot better what was found is not walked.
// A `deny` goes down the edge "absent" as well, for each thing that it names; a message that does not have the thing
// walks that edge. An `allow` does not, and so is never met by such a message.

#include "rpcproxy/edges.hpp"
#include "rpcproxy/judge.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace xm::rpcproxy {

// What rules tell messages apart by, but for conditions.
enum class Axis : std::uint8_t {
    direction,
    stubdom,
    destination,
    interface,
    member,
    kind,
    sender,
    uuid,
    domid,
    type,
    name
};
inline constexpr std::size_t axes = static_cast<std::size_t>(Axis::name) + 1;

// What a message has on each axis. An interface may be two: that of the call and that of the property.
class Query {
public:
    void set(Axis axis, Value first, Value second = unnamed) { values_[std::size_t(axis)] = {first, second}; }
    std::span<const Value, 2> at(std::size_t axis) const { return values_[axis]; }

private:
    std::array<std::array<Value, 2>, axes> values_{};
};

class RuleIndex {
public:
    static constexpr std::size_t none = ~std::size_t{};

    explicit RuleIndex(std::span<const Rule> rules);    // which outlive this, unmoved

    // Everything but destination and sender, which may have several names.
    Query make_query(const Subject& subject, const Facts& facts) const;
    void set_name(Query& query, Axis axis, std::optional<std::string_view> name) const;

    // The position of the last rule that matches, or none.
    std::size_t find_last(const Query& query, const Properties& properties) const;

private:
    struct Node {
        std::uint32_t end = 0;                 // one past the last rule at or below
        std::uint16_t branches = 0;            // bits of the axes that its edges are of
        bool closed = false;                   // a rule without conditions rests here: earlier ones below never decide
        std::vector<std::uint32_t> resting;    // positions of rules, last first
    };
    struct Step {
        Axis axis;
        Value value;
    };
    using Steps = std::vector<Step>;

    void add(const Rule& rule, std::uint32_t position);
    void put(std::uint32_t node, std::span<const Step> rest, const Rule& rule, std::uint32_t position);
    std::uint32_t child(std::uint32_t node, Axis axis, Value value);
    Steps steps_of(const Rule& rule, std::optional<Kind> kind);
    Value number_of(std::string_view word);
    Value number_of(const Uuid& uuid);
    Value find(Axis axis, std::optional<std::string_view> word) const;
    Value find(const std::optional<Uuid>& uuid) const;
    void search(std::uint32_t node, const Query& query, const Properties& properties, std::uint32_t& end) const;

    std::span<const Rule> rules_;
    std::vector<Node> nodes_;
    Edges edges_;
    std::unordered_map<std::string_view, Value> words_;    // views into the rules
    std::unordered_map<Uuid, Value> uuids_;
    std::uint16_t used_ = 0;    // bits of the axes that any rule names
};

// Whether all conditions of a rule hold; unknown ones do for a deny.
bool conditions_hold(const Rule& rule, const Properties& properties);

// The interface that a Get, Set or GetAll of org.freedesktop.DBus.Properties is about.
struct PropertyInterface {
    bool possible = false;                   // the message is, or without INTERFACE may be, such a call
    std::optional<std::string_view> name;    // unknown for "" and for a body of any other form
};
PropertyInterface property_interface(const Subject& subject);

}    // namespace xm::rpcproxy
