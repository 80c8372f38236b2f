#pragma once
// Text with holes. {{name}} is replaced by a text, {{name|filter}} by a text made safe for its surroundings (cpp: a C++
// string literal, xml, md, cell), {{#name}}...{{/name}} is repeated for each row of a list, {{^name}}...{{/name}} is
// kept if the list is empty or absent. Inside a list, `last` is a list with one row in its last row. A name that is not
// found in a row is looked up around it. A section mark alone on its line takes the line with it.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcgen {

struct Row {
    std::map<std::string, std::string, std::less<>> texts;
    std::map<std::string, std::vector<Row>, std::less<>> lists;

    void flag(const std::string& name, bool on) { lists[name].resize(on ? 1 : 0); }
    // A text, and a flag has_<name> that says whether there is any.
    void optional(const std::string& name, std::string_view text) {
        texts[name] = text;
        flag("has_" + name, !text.empty());
    }
};

// Throws std::logic_error where a template names something unknown or does not close a section.
class TextTemplate {
public:
    explicit TextTemplate(std::string_view text);
    std::string render(const Row& row) const;

    struct Part {
        enum class Kind { text, hole, each, unless } kind;
        std::string name;    // of text: the text itself
        std::string filter;
        std::vector<Part> inner;
    };

private:
    std::vector<Part> parts_;
};

std::string cpp_literal(std::string_view text);
std::string xml_escaped(std::string_view text);
std::string md_escaped(std::string_view text);
std::string md_cell(std::string_view text);    // for a cell of a table: also one line, no bars

}    // namespace xm::rpcgen
