#pragma once
// A uuid that a caller sent as text. Throws invalid_uuid.

#include "base/uuid.hpp"

#include <string>

namespace xm::expose {

Uuid uuid_argument(const std::string& untrusted_text);

}    // namespace xm::expose
