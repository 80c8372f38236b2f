#include "rpcgen/view.hpp"

namespace xm::rpcgen {
namespace {

// What the wire says, and what the enumerators of base/idl.hpp are called.
std::string emits_enumerator(std::string_view word) {
    if (word == "invalidates") return "invalidates";
    if (word == "const") return "constant";
    if (word == "false") return "never";
    return "value";
}

bool is_internal(std::string_view annotation) {
    return annotation == note::cpp_name || annotation == note::described_by;
}

// "pv pvh" -> `pv`, `pvh`
std::string as_code_words(std::string_view words) {
    std::string result;
    while (!words.empty()) {
        const auto word = words.substr(0, words.find(' '));
        words.remove_prefix(std::min(words.size(), word.size() + 1));
        if (!word.empty()) result += (result.empty() ? "`" : ", `") + std::string{word} + "`";
    }
    return result;
}

constexpr std::size_t comment_width = 112;

// Cuts off the next line: at a line break, or at the last blank before the width is reached.
std::string_view take_line(std::string_view& text) {
    const auto line = text.substr(0, text.find('\n'));
    const auto blank = line.rfind(' ', comment_width);
    const bool fits = line.size() <= comment_width || blank == std::string_view::npos || blank == 0;
    const auto result = fits ? line : line.substr(0, blank);
    text.remove_prefix(std::min(text.size(), result.size() + 1));
    return result;
}

// Documentation as lines of a // comment: a backslash at the end would swallow the next line.
std::vector<Row> comment_lines(std::string_view text) {
    std::vector<Row> rows;
    while (!text.empty()) {
        const auto line = take_line(text);
        const auto end = line.find_last_not_of('\\') + 1;    // npos + 1 is 0
        rows.push_back({.texts = {{"line", std::string{line.substr(0, end)}}}, .lists = {}});
    }
    return rows;
}

Row named(const Named& n) {
    Row row;
    row.texts = {{"name", n.name}, {"cpp", n.cpp_name}};
    row.optional("doc", n.value(note::doc));
    row.lists["doc_lines"] = comment_lines(n.value(note::doc));
    row.optional("unit", n.value(note::unit));
    row.optional("default", n.value(note::fallback));
    row.optional("range", n.value(note::range));
    row.optional("values", as_code_words(n.value(note::values)));
    row.optional("applies", n.value(note::applies));
    row.flag("deprecated", n.value(note::deprecated) == "true");
    auto& annotations = row.lists["annotations"];
    for (const auto& a : n.annotations) {
        if (is_internal(a.name)) continue;
        annotations.push_back({.texts = {{"annotation", a.name}, {"value", a.value}}, .lists = {}});
    }
    row.flag("has_annotations", !annotations.empty());
    return row;
}

Row typed(const Typed& t) {
    auto row = named(t);
    row.texts["type"] = t.signature;
    row.texts["cpp_type"] = t.cpp_type;
    return row;
}

std::vector<Row> arguments(const std::vector<Arg>& args) {
    std::vector<Row> rows;
    for (const auto& arg : args) {
        rows.push_back(typed(arg));
        rows.back().texts["index"] = std::to_string(rows.size() - 1);
        rows.back().texts["direction"] = arg.direction;
        if (arg.name.empty()) rows.back().texts["name"] = "arg" + std::to_string(rows.size() - 1);
    }
    return rows;
}

std::string signatures(const std::vector<Arg>& args) {
    std::string result;
    for (const auto& arg : args)
        result += arg.signature;
    return result;
}

std::string cpp_types(const std::vector<Arg>& args) {
    std::string result;
    for (const auto& arg : args)
        result += (result.empty() ? "" : ", ") + arg.cpp_type;
    return result;
}

std::string result_type(const std::vector<Arg>& out) {
    if (out.empty()) return "void";
    return out.size() == 1 ? out.front().cpp_type : "std::tuple<" + cpp_types(out) + ">";
}

Row method_row(const Method& method) {
    const auto in = method.in();
    const auto out = method.out();
    auto row = named(method);
    row.texts["in_types"] = signatures(in);
    row.texts["out_types"] = signatures(out);
    row.texts["result"] = result_type(out);
    row.lists["in"] = arguments(in);
    row.lists["out"] = arguments(out);
    row.lists["args"] = arguments(method.args);
    row.flag("has_args", !method.args.empty());
    row.flag("has_in", !in.empty());
    row.flag("has_out", !out.empty());
    row.flag("returns_none", out.empty());
    row.flag("returns_one", out.size() == 1);
    row.flag("returns_many", out.size() > 1);
    return row;
}

Row signal_row(const Signal& signal) {
    auto row = named(signal);
    row.texts["out_types"] = signatures(signal.args);
    row.texts["cpp_types"] = cpp_types(signal.args);
    row.lists["args"] = arguments(signal.args);
    row.flag("has_args", !signal.args.empty());
    return row;
}

Row property_row(const Property& property) {
    auto row = typed(property);
    row.texts["access"] = property.access;
    row.texts["emits"] = emits_enumerator(property.emits);
    row.texts["on_request"] = property.value(note::on_request) == "true" ? "true" : "false";
    row.flag("has_args", false);
    return row;
}

template <class Member>
void add_list(Row& row, const std::string& name, const std::vector<Member>& members, Row (*make)(const Member&)) {
    auto& rows = row.lists[name];
    for (const auto& member : members)
        rows.push_back(make(member));
    row.flag("has_" + name, !members.empty());
}

}    // namespace

Row view(const Interface& interface) {
    auto row = named(interface);
    row.texts["source"] = interface.source;
    row.texts["iface"] = interface.name;
    row.texts["short"] = interface.cpp_name;
    add_list(row, "methods", interface.methods, method_row);
    add_list(row, "signals", interface.signals, signal_row);
    add_list(row, "properties", interface.properties, property_row);
    return row;
}

Row view(const Catalogue& catalogue) {
    Row row;
    row.texts["source"] = catalogue.source;
    auto& rows = row.lists["errors"];
    for (const auto& error : catalogue.rows) {
        rows.push_back({.texts = {{"code", error.code},
                                  {"symbol", error.symbol},
                                  {"name", error.dbus_name},
                                  {"meaning", error.meaning},
                                  {"remedy", error.remedy},
                                  {"reserved", error.reserved ? "true" : "false"}},
                        .lists = {}});
        rows.back().flag("is_reserved", error.reserved);
        rows.back().flag("has_code", error.code != "0");
    }
    return row;
}

}    // namespace xm::rpcgen
