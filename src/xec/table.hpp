#pragma once
// A table with a heading for a terminal. Columns grow with their content, so lines stay aligned whatever the cells
// hold.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xec {

enum class Align { left, right };

struct Column {
    std::string_view title;
    std::size_t width;    // at least, in columns of the terminal
    Align align = Align::left;
};

using Cells = std::vector<std::string>;    // one for each column, already fit for a terminal

// Heading, rule, rows; every line ends with a newline.
std::string render_table(std::span<const Column> columns, std::span<const Cells> rows);

}    // namespace xm::xec
