#pragma once
// How one node stands in a row of the database file, with a checksum that tells a damaged row from a sound one.

#include "dbd/changes.hpp"
#include "dbd/sqlite.hpp"

#include <optional>

namespace xm::dbd {

// Columns, in this order, for every SELECT and INSERT.
inline constexpr char row_columns[] = "path, position, kind, text, content, checksum";

void bind_row(Statement& statement, const Row& row);    // row must live until the statement has run

// Nothing if the checksum does not fit.
std::optional<Row> read_row(const Statement& statement);

}    // namespace xm::dbd
