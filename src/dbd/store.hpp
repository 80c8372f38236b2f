#pragma once
// The database file: SQLite in WAL mode with full synchronisation, one row for each node. A commit that returned is on
// the disk; one that threw left the file as it was. Layout of the file: schema in store.cpp, version in user_version.
// May be used by any one thread at a time.

#include "dbd/changes.hpp"
#include "dbd/tree.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace xm::dbd {

class Store {
public:
    // Opens and checks the file. A missing file is created, complete or not at all.
    // Failures: database_damaged, database_version, database_full, database_in_use, io_error; all name the file.
    explicit Store(const std::filesystem::path& file);
    ~Store();
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;

    Tree load();
    void commit(const std::vector<Step>& steps);    // all of them or none
    const std::filesystem::path& file() const;

    // Makes an empty database; `file` must not exist.
    static void create(const std::filesystem::path& file);

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The names that SQLite gives to the files beside a database.
std::filesystem::path wal_of(const std::filesystem::path& file);
std::filesystem::path shm_of(const std::filesystem::path& file);

}    // namespace xm::dbd
