#include "expose/uuid_argument.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

namespace xm::expose {

Uuid uuid_argument(const std::string& untrusted_text) {
    const auto uuid = Uuid::parse(untrusted_text);
    if (!uuid)
        fail(errors::invalid_uuid, text::escaped(untrusted_text), "not of the form 8-4-4-4-12 hexadecimal digits");
    return *uuid;
}

}    // namespace xm::expose
