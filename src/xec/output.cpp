#include "xec/output.hpp"

#include "base/failure.hpp"
#include "xec/failures.hpp"
#include "xec/terminal.hpp"
#include "xec/value_print.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace xm::xec {

Output::Output(Style style) : style_{style}, escape_{!style.raw && ::isatty(STDOUT_FILENO) == 1} {}

void Output::bytes(std::string_view bytes) const { std::fwrite(bytes.data(), 1, bytes.size(), stdout); }

void Output::lines(std::string_view text) const { bytes(escape_ ? escape_control(text) : std::string{text}); }

void Output::line(std::string_view text) const { lines(std::string{text} + '\n'); }

void Output::json(const Json& json) const { line(compact(json)); }

void Output::results(std::span<const bus::Variant> values) const {
    if (style_.json) return json(results_json(values));
    for (const auto& value : values) {
        if (style_.raw && value.signature == "ay") {
            bytes(raw_bytes(value));
        } else {
            line(to_text(value));
        }
    }
}

void Output::names(const std::vector<std::string>& names) const {
    if (style_.json) return json(names);
    for (const auto& name : names)
        line(name);
}

std::string Output::shown(std::string_view untrusted) const {
    return escape_ ? escape_control(untrusted, Newlines::escape) : std::string{untrusted};
}

void Output::flush() const {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return;
    fail(failures::io, "standard output", "{}", std::strerror(errno));
}

}    // namespace xm::xec
