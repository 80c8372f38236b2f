#include "dbd/sqlite.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <sqlite3.h>

#include <cerrno>

namespace xm::dbd {
namespace {

// SQLite reports a full disk in two ways, and a file size limit only through errno.
bool is_full(int primary, int system_error) {
    if (primary == SQLITE_FULL) return true;
    return primary == SQLITE_IOERR && (system_error == ENOSPC || system_error == EFBIG || system_error == EDQUOT);
}

const ErrorInfo& row_for(int code, int system_error) {
    const int primary = code & 0xff;
    if (is_full(primary, system_error)) return errors::database_full;
    // Our statements are fixed: one that does not fit the tables (SQLITE_ERROR) has met a damaged schema. No message is
    // as long as SQLite's limit, so a value that seems to be (SQLITE_TOOBIG) has lost its length.
    if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR || primary == SQLITE_TOOBIG)
        return errors::database_damaged;
    if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) return errors::database_in_use;
    return errors::io_error;
}

// errno of the last write that failed, in the database or in its log; SQLite's own copy of it is overwritten on the
// way.
int last_system_error(sqlite3* handle) {
    int in_database = 0;
    sqlite3_file_control(handle, nullptr, SQLITE_FCNTL_LAST_ERRNO, &in_database);
    sqlite3_file* log = nullptr;
    sqlite3_file_control(handle, nullptr, SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&log));
    int in_log = 0;
    if (log != nullptr && log->pMethods != nullptr) log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &in_log);
    return in_log != 0 ? in_log : in_database;
}

int length(std::string_view bytes) { return static_cast<int>(bytes.size()); }

}    // namespace

void Sqlite::Close::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Sqlite::Sqlite(const std::filesystem::path& file, Mode mode) : file_{file.string()} {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_EXRESCODE | (mode == Mode::create ? SQLITE_OPEN_CREATE : 0);
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file_.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) raise(code);
    sqlite3_busy_timeout(handle, 5000);
}

void Sqlite::raise(int code) {
    const int system_error = handle_ ? last_system_error(handle_.get()) : 0;
    const char* message = handle_ ? sqlite3_errmsg(handle_.get()) : sqlite3_errstr(code);
    // A damaged schema is quoted in the message as it is.
    fail(row_for(code, system_error), file_, "SQLite says \"{}\" (code {})", text::escaped(message), code);
}

void Sqlite::run(const char* sql) {
    const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) raise(code);
}

std::int64_t Sqlite::number(const char* sql) {
    Statement statement{*this, sql};
    return statement.step() ? statement.number(0) : 0;
}

std::string Sqlite::text(const char* sql) {
    Statement statement{*this, sql};
    return statement.step() ? std::string{statement.bytes(0)} : std::string{};
}

void Sqlite::release_memory() { sqlite3_db_release_memory(handle_.get()); }

bool Sqlite::reuse_log() {
    return sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr) == SQLITE_OK;
}

Transaction::~Transaction() {
    // Zero: in a transaction. SQLite has undone it by itself after some errors.
    if (sqlite3_get_autocommit(database_.handle()) == 0)
        sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement::Statement(Sqlite& database, const char* sql) : database_{&database} {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    statement_.reset(statement);
    if (code != SQLITE_OK) database.raise(code);
}

Statement& Statement::bind(int parameter, std::string_view text) {
    const int code = sqlite3_bind_text(statement_.get(), parameter, text.data(), length(text), SQLITE_STATIC);
    if (code != SQLITE_OK) database_->raise(code);
    return *this;
}

Statement& Statement::bind(int parameter, std::int64_t number) {
    const int code = sqlite3_bind_int64(statement_.get(), parameter, number);
    if (code != SQLITE_OK) database_->raise(code);
    return *this;
}

Statement& Statement::bind_blob(int parameter, std::string_view bytes) {
    const int code = sqlite3_bind_blob(statement_.get(), parameter, bytes.data(), length(bytes), SQLITE_STATIC);
    if (code != SQLITE_OK) database_->raise(code);
    return *this;
}

Statement& Statement::bind_null(int parameter) {
    const int code = sqlite3_bind_null(statement_.get(), parameter);
    if (code != SQLITE_OK) database_->raise(code);
    return *this;
}

bool Statement::step() {
    const int code = sqlite3_step(statement_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    sqlite3_reset(statement_.get());
    database_->raise(code);
}

void Statement::run() {
    while (step()) {
    }
    reset();
}

void Statement::reset() {
    sqlite3_reset(statement_.get());
    sqlite3_clear_bindings(statement_.get());
}

std::int64_t Statement::number(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::string_view Statement::bytes(int column) const {
    const void* data = sqlite3_column_blob(statement_.get(), column);
    if (data == nullptr) return {};
    return {static_cast<const char*>(data), static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

}    // namespace xm::dbd
