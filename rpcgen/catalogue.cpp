#include "rpcgen/catalogue.hpp"

#include "rpcgen/names.hpp"

#include <algorithm>
#include <map>

namespace xm::rpcgen {
namespace {

std::string one_line(const std::string& text) {
    std::string result;
    for (std::size_t begin = text.find_first_not_of(" \t\r\n"); begin != std::string::npos;) {
        const auto end = std::min(text.find_first_of(" \t\r\n", begin), text.size());
        result += (result.empty() ? "" : " ") + text.substr(begin, end - begin);
        begin = text.find_first_not_of(" \t\r\n", end);
    }
    return result;
}

ErrorRow read_row(const Element& element) {
    const auto attribute = [&](std::string_view name) {
        const auto* value = element.attribute(name);
        return value ? *value : std::string{};
    };
    ErrorRow row{.at = element.at,
                 .code = attribute("code"),
                 .symbol = attribute("symbol"),
                 .dbus_name = attribute("name"),
                 .meaning = {},
                 .remedy = {},
                 .reserved = attribute("reserved") == "true"};
    for (const auto& child : element.children) {
        if (child.tag == "meaning") row.meaning = one_line(text_of(child));
        if (child.tag == "remedy") row.remedy = one_line(text_of(child));
    }
    return row;
}

bool is_number(const std::string& text) {
    return !text.empty() && text.size() < 6 && text.find_first_not_of("0123456789") == std::string::npos;
}

void check_row(const ErrorRow& row, Diagnostics& faults) {
    const auto report = [&](const std::string& what, const std::string& cure) {
        faults.push_back({row.at, what, cure});
    };
    if (!is_number(row.code))
        report("error code '" + row.code + "' is not a number", "write a decimal number, or 0 for none");
    if (!is_identifier(row.symbol) || is_reserved(row.symbol) || row.symbol == "all" || row.symbol == "Entry") {
        report("'" + row.symbol + "' is not usable as the symbol of an error", "use lower-case words with underscores");
    }
    if (!is_interface_name(row.dbus_name))
        report("'" + row.dbus_name + "' is not a D-Bus error name", "use org.freedesktop.DBus.Error.Failed");
    if (row.meaning.empty()) report("error '" + row.symbol + "' has no meaning", "add <meaning>...</meaning>");
    if (row.remedy.empty()) report("error '" + row.symbol + "' has no remedy", "add <remedy>...</remedy>");
}

}    // namespace

Catalogue build_catalogue(const Element& root, Diagnostics& faults) {
    Catalogue catalogue{root.at.file.substr(root.at.file.find_last_of('/') + 1), {}};
    std::map<std::string, std::size_t> symbols;
    std::map<std::string, std::size_t> codes;
    if (root.tag != "errors")
        faults.push_back({root.at, "<" + root.tag + "> is not an error catalogue", "make <errors> the root element"});
    for (const auto& child : root.children) {
        if (child.tag != "error") continue;
        auto row = read_row(child);
        check_row(row, faults);
        const auto [same, fresh] = symbols.emplace(row.symbol, row.at.line);
        if (!fresh)
            faults.push_back({row.at,
                              "symbol '" + row.symbol + "' is already defined at line " + std::to_string(same->second),
                              "choose another"});
        const auto [taken, free] = codes.emplace(row.code, row.at.line);
        if (!free && row.code != "0")
            faults.push_back({row.at, "code " + row.code + " is already taken at line " + std::to_string(taken->second),
                              "choose another, or 0"});
        catalogue.rows.push_back(std::move(row));
    }
    return catalogue;
}

}    // namespace xm::rpcgen
