#pragma once
// The part of SQLite that the store needs, with owners and failures: no space left is errors::database_full, a damaged
// file errors::database_damaged, a locked one errors::database_in_use, everything else errors::io_error.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace xm::dbd {

class Sqlite;

// A prepared statement. Parameters and columns count from 1 and 0, as in SQLite.
class Statement {
public:
    Statement(Sqlite& database, const char* sql);

    Statement& bind(int parameter, std::string_view text);    // must live until the statement has run
    Statement& bind(int parameter, std::int64_t number);
    Statement& bind_blob(int parameter, std::string_view bytes);
    Statement& bind_null(int parameter);

    bool step();    // true: there is a row
    void run();     // to the end, then ready for the next values
    void reset();

    std::int64_t number(int column) const;
    std::string_view bytes(int column) const;    // text or blob; valid until the next step

private:
    struct Finalize {
        void operator()(sqlite3_stmt* statement) const;
    };
    Sqlite* database_;
    std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Sqlite {
public:
    enum class Mode { create, existing };
    Sqlite(const std::filesystem::path& file, Mode mode);
    Sqlite(const Sqlite&) = delete;
    Sqlite& operator=(const Sqlite&) = delete;

    void run(const char* sql);
    std::int64_t number(const char* sql);    // first column of the first row; 0 without a row
    std::string text(const char* sql);       // the same as text
    void release_memory();
    bool reuse_log();    // moves the whole log into the database, so that the next commit starts at its beginning

    sqlite3* handle() const { return handle_.get(); }
    const std::string& file() const { return file_; }
    [[noreturn]] void raise(int code);

private:
    struct Close {
        void operator()(sqlite3* handle) const;
    };
    std::string file_;
    std::unique_ptr<sqlite3, Close> handle_;
};

// Undone when it goes out of scope without commit().
class Transaction {
public:
    explicit Transaction(Sqlite& database) : database_{database} { database_.run("BEGIN IMMEDIATE"); }
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit() { database_.run("COMMIT"); }

private:
    Sqlite& database_;
};

}    // namespace xm::dbd
