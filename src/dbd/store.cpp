#include "dbd/store.hpp"

#include "base/failure.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "dbd/row_io.hpp"
#include "dbd/sqlite.hpp"
#include "dbd/tree_builder.hpp"
#include "gen/errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace xm::dbd {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t application_id = 0x786d6462;    // "xmdb"
constexpr std::int64_t version = 1;

// path: "/a/b", so that everything below a node is one range of the key: from "/a/b/" to "/a/b0" ('0' follows '/').
// kind: see Kind; content: bytes of a binary node; checksum: see row_io.cpp.
constexpr char schema[] = R"(
    PRAGMA page_size = 4096;
    PRAGMA application_id = 0x786d6462;
    PRAGMA user_version = 1;
    CREATE TABLE node (
        path TEXT PRIMARY KEY NOT NULL,
        position INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        text TEXT NOT NULL,
        content BLOB,
        checksum INTEGER NOT NULL
    ) WITHOUT ROWID;
    PRAGMA journal_mode = WAL;
)";

// Small cache: the tree is in memory anyway.
constexpr char settings[] = R"(
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA cache_size = -512;
    PRAGMA journal_size_limit = 4194304;
    PRAGMA temp_store = MEMORY;
    PRAGMA cell_size_check = ON;
    PRAGMA trusted_schema = OFF;
)";

constexpr char put[] = "REPLACE INTO node (path, position, kind, text, content, checksum) VALUES (?, ?, ?, ?, ?, ?)";
constexpr char erase_node[] = "DELETE FROM node WHERE path = ?";
constexpr char erase_range[] = "DELETE FROM node WHERE path > ? AND path < ?";
constexpr char select_all[] = "SELECT path, position, kind, text, content, checksum FROM node ORDER BY path";

[[noreturn]] void damaged(const fs::path& file, std::string_view cause) {
    fail(errors::database_damaged, file.string(), "{}", cause);
}

void sync(const fs::path& path, int flags) {
    const Fd fd{::open(path.c_str(), flags | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0) fail(errors::io_error, path.string(), "fsync: {}", std::strerror(errno));
}

void check_header(const fs::path& file) {
    constexpr std::string_view magic{"SQLite format 3\0", 16};
    std::array<char, 16> start{};
    const Fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) fail(errors::io_error, file.string(), "cannot open it: {}", std::strerror(errno));
    const ssize_t got = ::read(fd.get(), start.data(), start.size());
    if (got < 0) fail(errors::io_error, file.string(), "cannot read it: {}", std::strerror(errno));
    if (got == 0) damaged(file, "it is empty");
    if (std::string_view{start.data(), static_cast<std::size_t>(got)} != magic)
        damaged(file, "it is not an SQLite file");
}

void check_content(Sqlite& database, const fs::path& file) {
    if (database.number("PRAGMA application_id") != application_id || database.number("PRAGMA user_version") != version)
        fail(errors::database_version, file.string(), "application_id {:#x}, user_version {}",
             database.number("PRAGMA application_id"), database.number("PRAGMA user_version"));
    const std::string verdict = database.text("PRAGMA integrity_check(1)");
    if (verdict != "ok") damaged(file, text::escaped(verdict));
}

}    // namespace

fs::path wal_of(const fs::path& file) { return file.string() + "-wal"; }
fs::path shm_of(const fs::path& file) { return file.string() + "-shm"; }

struct Store::State {
    explicit State(const fs::path& path)
        : file{path},
          database{path, Sqlite::Mode::existing},
          put_row{prepare(database, path), put},
          erase_one{database, erase_node},
          erase_below{database, erase_range} {}

    static Sqlite& prepare(Sqlite& database, const fs::path& path) {
        database.run(settings);
        check_content(database, path);
        return database;
    }

    void apply(const Row& row) {
        bind_row(put_row, row);
        put_row.run();
    }

    void apply(const Erase& erase) {
        const std::string first = erase.path + '/';
        const std::string last = erase.path + '0';
        erase_below.bind(1, first).bind(2, last).run();
        erase_one.bind(1, erase.path).run();
    }

    void commit(const std::vector<Step>& steps) {
        Transaction transaction{database};
        for (const Step& step : steps)
            std::visit([this](const auto& one) { apply(one); }, step);
        transaction.commit();
    }

    fs::path file;
    Sqlite database;
    Statement put_row;
    Statement erase_one;
    Statement erase_below;
};

void Store::create(const fs::path& file) {
    const fs::path fresh = file.string() + ".new";
    for (const fs::path& leftover : {fresh, wal_of(fresh), shm_of(fresh)})
        fs::remove(leftover);
    {
        Sqlite{fresh, Sqlite::Mode::create}.run(schema);
    }
    if (::chmod(fresh.c_str(), 0600) != 0) fail(errors::io_error, fresh.string(), "chmod: {}", std::strerror(errno));
    sync(fresh, O_RDWR);
    fs::rename(fresh, file);
    sync(file.has_parent_path() ? file.parent_path() : ".", O_RDONLY | O_DIRECTORY);
}

Store::Store(const fs::path& file) {
    if (!fs::exists(file)) {
        if (fs::exists(wal_of(file))) damaged(file, "it is gone, but its write-ahead log is still there");
        create(file);
    }
    check_header(file);
    state_ = std::make_unique<State>(file);
}

Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

const fs::path& Store::file() const { return state_->file; }

Tree Store::load() {
    TreeBuilder builder;
    Statement rows{state_->database, select_all};
    while (rows.step()) {
        std::optional<Row> row = read_row(rows);
        const std::string shown = text::escaped(rows.bytes(0));
        if (!row) damaged(state_->file, fmt::format("the checksum of {} is wrong", shown));
        if (const char* complaint = builder.add(std::move(*row)))
            damaged(state_->file, fmt::format("the row of {} is not valid: {}", shown, complaint));
    }
    rows.reset();
    state_->database.release_memory();
    return builder.finish();
}

void Store::commit(const std::vector<Step>& steps) {
    try {
        state_->commit(steps);
    } catch (const Failure& failure) {
        if (failure.info().symbol != errors::database_full.symbol || !state_->database.reuse_log()) throw;
        state_->commit(steps);    // the log is written from its beginning again, which needs no space
    }
}

}    // namespace xm::dbd
