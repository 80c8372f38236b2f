#pragma once
// What a monitor writes beside its domain, for the monitor that adopts it. A domain without a note of this boot of the
// host was not finished by whoever created it.

#include "model/guest_spec.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xm::xenvm {

struct XlNote {
    std::int64_t generation = 0;
    bool restored = false;    // from an image: the guest ran before this domain was made
    model::GuestSpec spec;    // devices added since included
};

std::string to_text(const XlNote& note, std::string_view boot_id);
// Nothing: it is no note, or one of another boot, when domain ids meant other domains.
std::optional<XlNote> xl_note_from_text(const std::string& text, std::string_view boot_id);

std::string boot_id_of_host();

}    // namespace xm::xenvm
