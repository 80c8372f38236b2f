#include "dbd/offline.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "dbd/import.hpp"
#include "dbd/json.hpp"
#include "dbd/lock.hpp"
#include "dbd/recover.hpp"
#include "dbd/store.hpp"
#include "gen/errors.hpp"

#include <fmt/core.h>

namespace xm::dbd {
namespace {

std::size_t binaries_below(const Node& node) {
    std::size_t count = node.kind == Kind::binary ? 1 : 0;
    for (const Node& child : node.children())
        count += binaries_below(child);
    return count;
}

void import_into(const std::filesystem::path& database, const std::filesystem::path& source) {
    const Lock lock{database};
    Store store{database};
    if (const std::size_t present = store.load().root().count(); present > 0)
        fail(errors::database_not_empty, database.string(), "it holds {} nodes", present);
    Changes changes;
    Tree{}.inject(Path{}, read_tree(source).root(), changes);
    store.commit(changes.steps);
    fmt::print("{}: {} nodes imported from {}\n", database.string(), store.load().root().count(), source.string());
}

void export_from(const std::filesystem::path& database, const std::filesystem::path& target) {
    const Lock lock{database};
    if (!std::filesystem::exists(database)) fail(errors::io_error, database.string(), "there is no such file");
    const Tree tree = Store{database}.load();
    files::replace(target, to_json(&tree.root()), 0600);
    fmt::print("{}: {} nodes exported to {}\n", database.string(), tree.root().count(), target.string());
    if (const std::size_t binaries = binaries_below(tree.root()); binaries > 0)
        fmt::print("{} of them are binary and stand there as null: JSON cannot hold them\n", binaries);
}

void recover_database(const std::filesystem::path& database) {
    const Lock lock{database};
    const Rescue rescue = recover(database);
    if (rescue.was_sound) {
        fmt::print("{}: nothing is wrong with it, nothing was changed\n", database.string());
        return;
    }
    fmt::print("{}: {} nodes kept; the damaged file is now {}\n", database.string(), rescue.kept,
               rescue.damaged.string());
    for (const std::string& lost : rescue.lost)
        fmt::print("lost: {}\n", lost);
}

}    // namespace

bool run_offline(const Settings& settings) {
    if (settings.recover) {
        recover_database(settings.database);
    } else if (!settings.import_from.empty()) {
        import_into(settings.database, settings.import_from);
    } else if (!settings.export_to.empty()) {
        export_from(settings.database, settings.export_to);
    } else {
        return false;
    }
    return true;
}

}    // namespace xm::dbd
