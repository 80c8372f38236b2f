#include "dbd/recover.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "dbd/salvage.hpp"
#include "dbd/store.hpp"
#include "dbd/tree_builder.hpp"
#include "gen/errors.hpp"

#include <fmt/chrono.h>

#include <ctime>
#include <utility>

namespace xm::dbd {
namespace {

namespace fs = std::filesystem;

bool is_sound(const fs::path& file) try {
    Store{file}.load();
    return true;
} catch (const Failure& failure) {
    if (failure.info().symbol != errors::database_damaged.symbol) throw;
    return false;
}

fs::path name_for_damaged(const fs::path& file) {
    const std::string base =
        fmt::format("{}.damaged-{:%Y%m%dT%H%M%SZ}", file.string(), fmt::gmtime(std::time(nullptr)));
    fs::path name = base;
    for (int i = 2; fs::exists(name) || fs::exists(wal_of(name)); ++i)
        name = fmt::format("{}-{}", base, i);
    return name;
}

std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('/')); }

// A row whose parent was lost gets an interior node in its place, so that the row can be kept.
void restore_parents(std::map<std::string, Row>& rows, std::vector<std::string>& lost) {
    std::vector<std::string> children;
    for (const auto& [path, row] : rows)
        children.push_back(path);
    for (const std::string& child : children) {
        for (std::string path = parent_of(child); !path.empty(); path = parent_of(path)) {
            const auto [at, missing] =
                rows.try_emplace(path, Row{path, rows.at(child).position, Kind::interior, {}, {}});
            if (missing) lost.push_back(text::escaped(path) + ": its place among its siblings");
            if (at->second.kind == Kind::interior) continue;
            lost.push_back(text::escaped(path) + ": its value, because nodes stand below it");
            at->second.kind = Kind::interior;
            at->second.text.clear();
        }
    }
}

// Drops what the tree would refuse at the next start.
std::vector<Step> acceptable(std::map<std::string, Row> rows, std::vector<std::string>& lost) {
    TreeBuilder builder;
    std::vector<Step> steps;
    for (auto& [path, row] : rows) {
        if (const char* complaint = builder.add(row)) {
            lost.push_back(text::escaped(path) + ": " + complaint);
        } else {
            steps.emplace_back(std::move(row));
        }
    }
    return steps;
}

Salvage salvage_copy(const fs::path& file) {
    const fs::path copy = file.string() + ".salvage";
    const auto clean = [&] {
        for (const fs::path& leftover : {copy, wal_of(copy), shm_of(copy)})
            fs::remove(leftover);
    };
    clean();
    if (!fs::exists(file)) return {{}, {"everything: the file is gone"}};
    fs::copy_file(file, copy);
    if (fs::exists(wal_of(file))) fs::copy_file(wal_of(file), wal_of(copy));
    Salvage found = salvage(copy);
    clean();
    return found;
}

// The damaged file gets a second name first, so that at every moment a file stands at `file`.
void swap_in(const fs::path& fresh, const fs::path& file, const fs::path& damaged) {
    if (fs::exists(file)) fs::create_hard_link(file, damaged);
    if (fs::exists(wal_of(file))) fs::rename(wal_of(file), wal_of(damaged));
    fs::remove(shm_of(file));
    fs::rename(fresh, file);
}

}    // namespace

Rescue recover(const fs::path& file) {
    if (!fs::exists(file) && !fs::exists(wal_of(file))) fail(errors::io_error, file.string(), "there is no such file");
    if (is_sound(file)) return {.was_sound = true};
    Salvage found = salvage_copy(file);
    Rescue rescue{.lost = std::move(found.lost), .damaged = name_for_damaged(file)};
    restore_parents(found.rows, rescue.lost);
    const std::vector<Step> steps = acceptable(std::move(found.rows), rescue.lost);
    rescue.kept = steps.size();
    const fs::path fresh = file.string() + ".recovered";
    for (const fs::path& leftover : {fresh, wal_of(fresh), shm_of(fresh)})
        fs::remove(leftover);
    Store{fresh}.commit(steps);    // closing the store moves everything from its log into the file
    swap_in(fresh, file, rescue.damaged);
    return rescue;
}

}    // namespace xm::dbd
