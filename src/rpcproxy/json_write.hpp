#pragma once
// D-Bus messages as JSON texts, in the shapes that clients know: response-to is a text, and signals have a `member`
// where calls have a `method`. Numbers keep every digit; variants are their content, structs are arrays.

#include "rpcproxy/message.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

struct WrittenJson {
    std::string text;
    Fault fault = nullptr;    // then there is no text
};

// A message that read_message() accepted. Refused: a call without destination or interface, a dictionary whose keys are
// not texts, a number that is infinite or none, a text longer than the limit.
WrittenJson written_json(const Message& message, std::uint32_t id, std::size_t limit);

// An error that no service sent; name and why are ours.
struct OwnError {
    std::uint32_t id = 0;
    std::uint32_t response_to = 0;
    std::string_view name;
    std::string_view why;
};
std::string written_error(const OwnError& error);

}    // namespace xm::rpcproxy
