#pragma once
// Is a text well-formed UTF-8? Overlong forms, surrogates and code points over U+10FFFF are not (RFC 3629, section 4).

#include <cstddef>
#include <string_view>

namespace xm::text {

bool is_utf8(std::string_view text);

}    // namespace xm::text
