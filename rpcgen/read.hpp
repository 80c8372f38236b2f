#pragma once
// First stage: XML text to a plain tree with positions. Knows nothing about D-Bus. Comments, processing
// instructions and DOCTYPE are dropped; a run of text is a child without a tag.

#include "rpcgen/diagnostic.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xm::rpcgen {

struct Element {
    Position at;        // of its '<'
    std::string tag;    // with its prefix, "tp:docstring"; empty: a run of text
    std::string text;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<Element> children;

    const std::string* attribute(std::string_view name) const;    // null if absent
};

// All text below an element, in order.
std::string text_of(const Element& element);

// Returns the root. Faults are appended to `faults`; then the tree holds what could be understood.
Element read(std::string_view xml, const std::string& file, Diagnostics& faults);

}    // namespace xm::rpcgen
