#include "dbd/json.hpp"

namespace xm::dbd {
namespace {

std::string_view short_escape(char c) {
    switch (c) {
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        case '/':
            return "\\/";
        case '\b':
            return "\\b";
        case '\f':
            return "\\f";
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        default:
            return {};
    }
}

void append_indent(std::string& out, std::size_t level) {
    out += '\n';
    out.append(2 * level, ' ');
}

// Lays out an array that is stored as JSON text without blanks between its parts.
void append_array(std::string& out, std::string_view compact, std::size_t level) {
    bool in_string = false;
    for (std::size_t i = 0; i < compact.size(); ++i) {
        const char c = compact[i];
        const bool closes_now = i + 1 < compact.size() && (compact[i + 1] == ']' || compact[i + 1] == '}');
        if (in_string) {
            out += c;
            if (c == '\\') out += compact[++i];
            in_string = c != '"';
        } else if ((c == '[' || c == '{') && closes_now) {
            out += c == '[' ? "[]" : "{ }";
            ++i;
        } else if (c == '[' || c == '{') {
            out += c;
            append_indent(out, ++level);
        } else if (c == ']' || c == '}') {
            append_indent(out, --level);
            out += c;
        } else {
            out += c;
            if (c == ',') append_indent(out, level);
            if (c == ':') out += ' ';
            in_string = c == '"';
        }
    }
}

void append_node(std::string& out, const Node& node, std::size_t level);

void append_object(std::string& out, const Node& node, std::size_t level) {
    if (node.children().empty()) {
        out += "{ }";
        return;
    }
    char separator = '{';
    for (const Node& child : node.children()) {
        out += separator;
        append_indent(out, level + 1);
        append_quoted(out, child.name);
        out += ": ";
        append_node(out, child, level + 1);
        separator = ',';
    }
    append_indent(out, level);
    out += '}';
}

void append_node(std::string& out, const Node& node, std::size_t level) {
    switch (node.kind) {
        case Kind::interior:
            return append_object(out, node, level);
        case Kind::string:
            return append_quoted(out, node.text);
        case Kind::json:
            return append_array(out, node.text, level);
        case Kind::empty:
        case Kind::binary:
            out += "null";
    }
}

}    // namespace

void append_quoted(std::string& out, std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const std::string_view escape = short_escape(c);
        const auto byte = static_cast<unsigned char>(c);
        if (!escape.empty()) {
            out += escape;
        } else if (byte < 0x20) {
            out.append("\\u00").append(1, digits[byte >> 4]).append(1, digits[byte & 0x0f]);
        } else {
            out += c;
        }
    }
    out += '"';
}

std::string to_json(const Node* node) {
    std::string out;
    if (node == nullptr) {
        out = "null";
    } else {
        append_node(out, *node, 0);
    }
    out += '\n';
    return out;
}

}    // namespace xm::dbd
