#pragma once
// How a service VM has its memory kept, so that its next start goes on from there: what the two sides say to each
// other.

#include "model/words.hpp"

#include <cstdint>

namespace xm::model {

enum class SnapshotState : std::uint8_t {
    possible,      // it starts, and may ask for it
    impossible,    // it starts, and there is no file for it
    asked,         // by the guest
    kept,          // its memory is in the file
    resuming,      // it goes on from the file
};

template <>
struct Words<SnapshotState> {
    static constexpr std::array<std::string_view, 5> words{"start", "start-no-snapshot", "snapshot", "snapshot-done",
                                                           "resume"};
};

}    // namespace xm::model
