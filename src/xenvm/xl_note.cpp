#include "xenvm/xl_note.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "connect/guest_json.hpp"

#include <nlohmann/json.hpp>

namespace xm::xenvm {

using nlohmann::json;

std::string to_text(const XlNote& note, std::string_view boot_id) {
    const json text{{"boot", boot_id},
                    {"generation", note.generation},
                    {"restored", note.restored},
                    {"spec", connect::to_json(note.spec)}};
    return text.dump();
}

std::optional<XlNote> xl_note_from_text(const std::string& text, std::string_view boot_id) try {
    if (text.empty()) return std::nullopt;
    const json parts = json::parse(text);
    if (parts.at("boot").get<std::string>() != boot_id) return std::nullopt;
    return XlNote{.generation = parts.at("generation").get<std::int64_t>(),
                  .restored = parts.at("restored").get<bool>(),
                  .spec = connect::guest_spec_from_json(parts.at("spec").get<std::string>())};
} catch (const json::exception& error) {
    log::error("note of the domain not understood cause={}", text::escaped(error.what()));
    return std::nullopt;
} catch (const Failure& failure) {
    log::error("note of the domain not understood cause={}", failure.what());
    return std::nullopt;
}

std::string boot_id_of_host() { return std::string{text::trim(files::read("/proc/sys/kernel/random/boot_id"))}; }

}    // namespace xm::xenvm
