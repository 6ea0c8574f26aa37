#include "sim/report/reading.h"

#include "sim/report/width.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sim::report {

namespace {

// Without the marks of bold and code.
std::string plain(std::string_view text)
{
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '`') continue;
        if (text.substr(i).starts_with("**")) {
            ++i;
            continue;
        }
        out += text[i];
    }
    return out;
}

// How long the mark of a list's item is, with its blank: "* ", "- ", "1. "; 0 for none.
std::size_t item_mark(std::string_view line)
{
    if (line.starts_with("* ") || line.starts_with("- ")) return 2;
    const auto digits = std::ranges::find_if(line, [](char c) { return c < '0' || c > '9'; });
    const auto size = static_cast<std::size_t>(digits - line.begin());
    return size > 0 && line.substr(size).starts_with(". ") ? size + 2 : 0;
}

void add(Lines& lines, std::string_view line, std::size_t columns)
{
    const std::size_t level = line.find_first_not_of('#');
    if (level != std::string_view::npos && level > 0 && line[level] == ' ') {
        for (const std::string& part : wrap(plain(line.substr(level + 1)), columns))
            lines.push_back({{{part, Role::heading}}, {}});
        return;
    }
    const Role role = line.starts_with("**") && line.ends_with("**") ? Role::emphasis : Role::plain;
    const std::size_t indent = line.find_first_not_of(' ');
    const std::size_t blanks = indent == std::string_view::npos ? 0 : indent;
    const std::size_t mark = item_mark(line.substr(blanks));
    std::string front(line.substr(0, blanks + mark));
    const std::size_t hang = blanks + mark;
    for (const std::string& part : wrap(plain(line.substr(hang)), columns - hang)) {
        lines.push_back({{{front + part, role}}, {}});
        front.assign(hang, ' ');
    }
}

// The cells of "| a | b |".
std::vector<std::string> cells_of(std::string_view line)
{
    std::vector<std::string> cells;
    line.remove_prefix(1);
    while (line.find('|') != std::string_view::npos) {
        const std::size_t end = line.find('|');
        std::string cell = plain(line.substr(0, end));
        cell.erase(0, std::min(cell.find_first_not_of(' '), cell.size()));
        cell.erase(cell.find_last_not_of(' ') + 1);
        cells.push_back(std::move(cell));
        line.remove_prefix(end + 1);
    }
    return cells;
}

// A row of a table, which is wider than a terminal as it is: its first cell, and the others under
// it, each behind what stands over its column.
void add_row(Lines& lines,
             const std::vector<std::string>& heads,
             const std::vector<std::string>& cells,
             std::size_t columns)
{
    for (std::size_t i = 0; i < std::min(cells.size(), heads.size()); ++i) {
        const std::string indent(i == 0 ? 0 : 4, ' ');
        const std::string text = i == 0 ? cells[i] : heads[i] + ": " + cells[i];
        for (const std::string& part : wrap(text, columns - indent.size()))
            lines.push_back({{{indent + part, i == 0 ? Role::emphasis : Role::plain}}, {}});
    }
}

} // namespace

Lines reading(std::string_view markdown, std::size_t columns)
{
    Lines lines;
    bool is_code = false;
    std::vector<std::string> heads; // of the table that we are in
    while (!markdown.empty()) {
        const std::size_t end = std::min(markdown.find('\n'), markdown.size());
        const std::string_view line = markdown.substr(0, end);
        markdown.remove_prefix(std::min(end + 1, markdown.size()));
        const bool is_row = !is_code && line.starts_with("|");
        if (!is_row) heads.clear();
        if (is_row && heads.empty()) {
            heads = cells_of(line);
        } else if (is_row) {
            if (!line.starts_with("| ---")) add_row(lines, heads, cells_of(line), columns);
        } else if (line.starts_with("```")) {
            is_code = !is_code;
        } else if (line.empty()) {
            lines.push_back({});
        } else if (is_code) {
            lines.push_back({{{"  " + std::string{line}, Role::emphasis}}, {}});
        } else {
            add(lines, line, columns);
        }
    }
    return lines;
}

} // namespace sim::report
