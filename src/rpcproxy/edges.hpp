#pragma once
// The edges of the rules' tree: (node, axis, value) to node, in one flat table.

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace xm::rpcproxy {

// A thing that rules name, as a number below 2^28.
using Value = std::uint32_t;
inline constexpr Value unnamed = 0;    // no rule names it
inline constexpr Value not_there = 1;
inline constexpr Value first_value = 2;
inline constexpr Value value_end = Value{1} << 28;

class Edges {
public:
    struct From {
        std::uint32_t node;
        std::uint8_t axis;    // below 16
        Value value;
    };

    // The node that the edge leads to; 0, which is the root, if there is no such edge.
    std::uint32_t find(const From& from) const { return slots_[place(key_of(from))].to; }

    void add(const From& from, std::uint32_t to) {    // which there is none of
        if (++count_ * 2 > slots_.size()) grow();
        const std::uint64_t key = key_of(from);
        slots_[place(key)] = {key, to};
    }

private:
    struct Slot {
        std::uint64_t key = 0;
        std::uint32_t to = 0;    // 0: free
    };

    static std::uint64_t key_of(const From& from) {
        return std::uint64_t{from.node} << 32 | std::uint64_t{from.axis} << 28 | from.value;
    }

    // Of the slot that has the key, or of the free one where it belongs.
    std::size_t place(std::uint64_t key) const {
        const std::size_t mask = slots_.size() - 1;
        std::uint64_t hash = key * 0x9e3779b97f4a7c15;    // 2^64 divided by the golden ratio
        hash ^= hash >> 32;
        std::size_t at = hash & mask;
        while (slots_[at].to != 0 && slots_[at].key != key)
            at = (at + 1) & mask;
        return at;
    }

    void grow() {
        const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
        for (const Slot& slot : old)
            if (slot.to != 0) slots_[place(slot.key)] = slot;
    }

    std::vector<Slot> slots_ = std::vector<Slot>(64);
    std::size_t count_ = 0;
};

}    // namespace xm::rpcproxy
