#include "rpcgen/read.hpp"

#include <pugixml.hpp>

#include <algorithm>

namespace xm::rpcgen {
namespace {

constexpr int deepest_element = 100;    // levels of elements; far more than any interface needs

// Offsets in the text to lines and columns.
class Lines {
public:
    Lines(std::string_view text, std::string file) : text_{text}, file_{std::move(file)} {
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\n') starts_.push_back(i + 1);
        }
    }

    Position at(std::ptrdiff_t where) const {
        const auto offset = std::min(text_.size(), static_cast<std::size_t>(std::max<std::ptrdiff_t>(where, 0)));
        const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
        const auto line = static_cast<std::size_t>(next - starts_.begin());
        const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(*std::prev(next));
        const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; };
        const auto end = text_.begin() + static_cast<std::ptrdiff_t>(offset);
        const auto characters = std::count_if(begin, end, [&](char c) { return !continues(c); });
        return {file_, line, static_cast<std::size_t>(characters) + 1};
    }

private:
    std::string_view text_;
    std::string file_;
    std::vector<std::size_t> starts_{0};
};

class Reading {
public:
    Reading(const Lines& lines, Diagnostics& faults) : lines_{lines}, faults_{faults} {}

    Element element(const pugi::xml_node& node, int depth) {
        Element result{
            .at = lines_.at(node.offset_debug() - 1), .tag = node.name(), .text = {}, .attributes = {}, .children = {}};
        read_attributes(node, result);
        if (depth == deepest_element) {
            faults_.push_back(
                {result.at, "elements are nested too deeply", "keep to the layout of D-Bus introspection data"});
            return result;
        }
        for (const auto& child : node.children()) {
            if (child.type() == pugi::node_element) result.children.push_back(element(child, depth + 1));
            if (is_text(child)) {
                result.children.push_back(
                    {.at = result.at, .tag = {}, .text = child.value(), .attributes = {}, .children = {}});
            }
        }
        return result;
    }

private:
    static bool is_text(const pugi::xml_node& node) {
        return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
    }

    void read_attributes(const pugi::xml_node& node, Element& into) {
        for (const auto& attribute : node.attributes()) {
            if (into.attribute(attribute.name())) {
                faults_.push_back(
                    {into.at, "attribute '" + std::string{attribute.name()} + "' is given twice", "keep one of them"});
            }
            into.attributes.emplace_back(attribute.name(), attribute.value());
        }
    }

    const Lines& lines_;
    Diagnostics& faults_;
};

}    // namespace

const std::string* Element::attribute(std::string_view name) const {
    const auto found =
        std::find_if(attributes.begin(), attributes.end(), [&](const auto& a) { return a.first == name; });
    return found == attributes.end() ? nullptr : &found->second;
}

std::string text_of(const Element& element) {
    std::string result = element.text;
    for (const auto& child : element.children)
        result += text_of(child);
    return result;
}

Element read(std::string_view xml, const std::string& file, Diagnostics& faults) {
    const Lines lines{xml, file};
    pugi::xml_document document;
    const auto parsed = document.load_buffer(xml.data(), xml.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed) {
        std::string what = parsed.description();
        faults.push_back(
            {lines.at(parsed.offset), "malformed XML (" + what + ")", "close every element and quote every attribute"});
        return {};
    }
    const auto root = document.document_element();
    for (auto other = root.next_sibling(); other; other = other.next_sibling()) {
        if (other.type() != pugi::node_element) continue;
        faults.push_back({lines.at(other.offset_debug() - 1), "malformed XML (a second root element)",
                          "put everything into one <node>"});
    }
    return Reading{lines, faults}.element(root, 0);
}

}    // namespace xm::rpcgen
