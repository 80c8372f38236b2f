#include "rpcgen/text_template.hpp"

#include <stdexcept>

namespace xm::rpcgen {
namespace {

using Part = TextTemplate::Part;
using Parts = std::vector<Part>;

// Cuts the text at {{ and }}; sections nest by recursion.
class Compiler {
public:
    explicit Compiler(std::string_view text) : rest_{text} {}

    Parts until(std::string_view section) {
        Parts parts;
        while (true) {
            const auto mark = rest_.find("{{");
            if (mark == std::string_view::npos) {
                if (!section.empty()) throw std::logic_error{"template: section without end: " + std::string{section}};
                add_text(parts, rest_);
                return parts;
            }
            const auto end = rest_.find("}}", mark);
            if (end == std::string_view::npos) throw std::logic_error{"template: {{ without }}"};
            auto tag = rest_.substr(mark + 2, end - mark - 2);
            const bool is_section = tag.starts_with('#') || tag.starts_with('^') || tag.starts_with('/');
            consume(parts, mark, end + 2, is_section);
            if (tag == "/" + std::string{section}) return parts;
            if (tag.starts_with('/')) throw std::logic_error{"template: unexpected {{" + std::string{tag} + "}}"};
            parts.push_back(part(tag));
        }
    }

private:
    static void add_text(Parts& parts, std::string_view text) {
        if (!text.empty()) parts.push_back({Part::Kind::text, std::string{text}, {}, {}});
    }

    // Text before the mark becomes a part; a section mark alone on its line takes the line with it.
    void consume(Parts& parts, std::size_t mark, std::size_t end, bool is_section) {
        auto before = rest_.substr(0, mark);
        const auto line_start = before.find_last_of('\n') + 1;    // npos + 1 is 0
        const bool first = line_start > 0 || at_line_start_;
        const bool blank_before = before.find_first_not_of(' ', line_start) == std::string_view::npos;
        const bool blank_after = end < rest_.size() && rest_[end] == '\n';
        const bool alone = is_section && first && blank_before && blank_after;
        if (alone) {
            before = before.substr(0, line_start);
            ++end;
        }
        add_text(parts, before);
        rest_.remove_prefix(end);
        at_line_start_ = alone;
    }

    Part part(std::string_view tag) {
        if (tag.starts_with('#') || tag.starts_with('^')) {
            const auto kind = tag.front() == '#' ? Part::Kind::each : Part::Kind::unless;
            tag.remove_prefix(1);
            return {kind, std::string{tag}, {}, until(tag)};
        }
        const auto bar = tag.find('|');
        if (bar == std::string_view::npos) return {Part::Kind::hole, std::string{tag}, {}, {}};
        return {Part::Kind::hole, std::string{tag.substr(0, bar)}, std::string{tag.substr(bar + 1)}, {}};
    }

    std::string_view rest_;
    bool at_line_start_ = true;
};

using Scopes = std::vector<const Row*>;

template <class Map>
const typename Map::mapped_type* look_up(const Scopes& scopes, Map Row::* map, const std::string& name) {
    for (auto scope = scopes.rbegin(); scope != scopes.rend(); ++scope) {
        const auto found = ((*scope)->*map).find(name);
        if (found != ((*scope)->*map).end()) return &found->second;
    }
    return nullptr;
}

std::string filtered(const std::string& text, const std::string& filter) {
    if (filter.empty()) return text;
    if (filter == "cpp") return cpp_literal(text);
    if (filter == "xml") return xml_escaped(text);
    if (filter == "md") return md_escaped(text);
    if (filter == "cell") return md_cell(text);
    throw std::logic_error{"template: unknown filter " + filter};
}

void render_parts(const Parts& parts, Scopes& scopes, std::string& into);

void render_rows(const Part& part, const std::vector<Row>& rows, Scopes& scopes, std::string& into) {
    Row position;
    scopes.push_back(&position);
    for (const auto& row : rows) {
        position.flag("last", &row == &rows.back());
        scopes.push_back(&row);
        render_parts(part.inner, scopes, into);
        scopes.pop_back();
    }
    scopes.pop_back();
}

void render_part(const Part& part, Scopes& scopes, std::string& into) {
    if (part.kind == Part::Kind::text) {
        into += part.name;
        return;
    }
    if (part.kind == Part::Kind::hole) {
        const auto* text = look_up(scopes, &Row::texts, part.name);
        if (!text) throw std::logic_error{"template: unknown name " + part.name};
        into += filtered(*text, part.filter);
        return;
    }
    const auto* rows = look_up(scopes, &Row::lists, part.name);
    if (!rows) throw std::logic_error{"template: unknown list " + part.name};
    if (part.kind == Part::Kind::each) render_rows(part, *rows, scopes, into);
    if (part.kind == Part::Kind::unless && rows->empty()) render_parts(part.inner, scopes, into);
}

void render_parts(const Parts& parts, Scopes& scopes, std::string& into) {
    for (const auto& part : parts)
        render_part(part, scopes, into);
}

template <class Escape>
std::string mapped(std::string_view text, Escape escape) {
    std::string result;
    for (const char c : text) {
        const std::string_view replacement = escape(c);
        if (replacement.empty()) {
            result += c;
        } else {
            result += replacement;
        }
    }
    return result;
}

}    // namespace

TextTemplate::TextTemplate(std::string_view text) : parts_{Compiler{text}.until({})} {}

std::string TextTemplate::render(const Row& row) const {
    std::string result;
    Scopes scopes{&row};
    render_parts(parts_, scopes, result);
    return result;
}

std::string cpp_literal(std::string_view text) {
    constexpr std::string_view digits = "01234567";
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (c == '\n') {
            result += "\\n";
        } else if (byte < 0x20 || byte == 0x7f) {
            result += {'\\', digits[byte >> 6], digits[(byte >> 3) & 7], digits[byte & 7]};
        } else {
            result += c;
        }
    }
    return result + '"';
}

std::string xml_escaped(std::string_view text) {
    return mapped(text, [](char c) -> std::string_view {
        if (c == '&') return "&amp;";
        if (c == '<') return "&lt;";
        if (c == '>') return "&gt;";
        if (c == '"') return "&quot;";
        if (c == '\n') return "&#10;";
        return {};
    });
}

std::string md_escaped(std::string_view text) {
    return mapped(text, [](char c) -> std::string_view { return c == '<' ? "&lt;" : ""; });
}

std::string md_cell(std::string_view text) {
    return mapped(md_escaped(text), [](char c) -> std::string_view {
        if (c == '|') return "\\|";
        if (c == '\n') return " ";
        return {};
    });
}

}    // namespace xm::rpcgen
