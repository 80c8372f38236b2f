#pragma once
// Where results go. Text that came from the bus is made safe for a terminal here, in one place: escaped if standard
// output is a terminal and --raw was not given, unchanged otherwise.

#include "xec/value_json.hpp"

#include <span>
#include <string>
#include <string_view>

namespace xm::xec {

class Output {
public:
    struct Style {
        bool json = false;
        bool raw = false;
    };

    explicit Output(Style style);

    void line(std::string_view text) const;      // with a newline
    void lines(std::string_view text) const;     // ends with a newline already
    void bytes(std::string_view bytes) const;    // unchanged
    void json(const Json& json) const;           // one line

    // As the style says: JSON, or each value as text on its own line, or bytes and texts unchanged.
    void results(std::span<const bus::Variant> values) const;
    void value(const bus::Variant& value) const { results({&value, 1}); }
    void names(const std::vector<std::string>& names) const;

    bool is_json() const { return style_.json; }
    std::string shown(std::string_view untrusted) const;    // one line's part, newlines escaped too

    void flush() const;    // fails with io_error if not everything could be written

private:
    Style style_;
    bool escape_;
};

}    // namespace xm::xec
