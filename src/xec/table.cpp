#include "xec/table.hpp"

#include "xec/terminal.hpp"

#include <algorithm>

namespace xm::xec {
namespace {

using Widths = std::vector<std::size_t>;

constexpr std::size_t rule_shortfall = 2;    // the last column's rule is that much shorter than its content

Widths widths_of(std::span<const Column> columns, std::span<const Cells> rows) {
    Widths widths;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        auto width = std::max(columns[i].width, display_width(columns[i].title));
        for (const auto& row : rows)
            width = std::max(width, display_width(row.at(i)));
        widths.push_back(width);
    }
    return widths;
}

std::string line(const Cells& cells, std::span<const Column> columns, const Widths& widths, bool heading) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool right = !heading && columns[i].align == Align::right;
        text += i == 0 ? " " : " | ";
        text += right ? pad_left(cells[i], widths[i]) : pad_right(cells[i], widths[i]);
    }
    return text + '\n';
}

std::string rule(const Widths& widths) {
    std::string text;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const bool last = i + 1 == widths.size();
        const auto length = last ? widths[i] - std::min(widths[i], rule_shortfall) : widths[i] + 2;
        text += (i == 0 ? "" : "+") + std::string(length, '-');
    }
    return text + '\n';
}

}    // namespace

std::string render_table(std::span<const Column> columns, std::span<const Cells> rows) {
    const auto widths = widths_of(columns, rows);
    Cells titles;
    for (const auto& column : columns)
        titles.emplace_back(column.title);
    auto text = line(titles, columns, widths, true) + rule(widths);
    for (const auto& row : rows)
        text += line(row, columns, widths, false);
    return text;
}

}    // namespace xm::xec
