#pragma once
// Texts and real numbers as JSON writes them.

#include <string>
#include <string_view>

namespace xm::rpcproxy {

void append_quoted(std::string& json, std::string_view utf8);

// Shortest digits that read back as the same number, with a fraction or an exponent. Must be finite.
void append_real(std::string& json, double number);

}    // namespace xm::rpcproxy
