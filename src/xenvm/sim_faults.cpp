#include "xenvm/sim_faults.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <fmt/format.h>

namespace xm::xenvm {
namespace {

constexpr std::int64_t longest_ms = 24 * 3600 * 1000;

std::string usage(const SimFaultRow& row) { return std::string{row.name} + (row.delay ? ":<ms>" : ""); }

[[noreturn]] void refuse(std::string_view word) {
    std::vector<std::string> allowed;
    for (const SimFaultRow& row : sim_fault_rows)
        allowed.push_back(usage(row));
    fail(errors::bad_sim_fault, text::escaped(word), "allowed are {}", fmt::join(allowed, ", "));
}

void apply(std::string_view word, SimFaults& faults) {
    const std::string_view name = word.substr(0, word.find(':'));
    for (const SimFaultRow& row : sim_fault_rows) {
        if (row.name != name) continue;
        if (row.flag) {
            if (name.size() != word.size()) refuse(word);
            faults.*row.flag = true;
            return;
        }
        const auto ms =
            name.size() == word.size() ? std::nullopt : text::parse_number<std::int64_t>(word.substr(name.size() + 1));
        if (!ms || *ms < 0 || *ms > longest_ms) refuse(word);
        faults.*row.delay = std::chrono::milliseconds{*ms};
        return;
    }
    refuse(word);
}

}    // namespace

SimFaults parse_sim_faults(const std::vector<std::string>& extra) {
    SimFaults faults;
    for (const std::string& line : extra) {
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos || text::trim(std::string_view{line}.substr(0, equals)) != "sim-fault")
            continue;
        for (const std::string_view word : text::split(std::string_view{line}.substr(equals + 1), ','))
            apply(text::trim(word), faults);
    }
    return faults;
}

std::string sim_fault_help() {
    std::string result;
    for (const SimFaultRow& row : sim_fault_rows)
        result += fmt::format("  {:<20} {}\n", usage(row), row.help);
    return result;
}

}    // namespace xm::xenvm
