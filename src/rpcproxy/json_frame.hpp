#pragma once
// Texts on a byte stream: each ends with a NUL byte.

#include "rpcproxy/message.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace xm::rpcproxy {

class TextStream {
public:
    explicit TextStream(std::size_t limit) : limit_{limit} {}    // of one text, in bytes

    struct Step {
        std::size_t used = 0;               // bytes taken: up to the end of the text, or all
        std::optional<std::string> text;    // complete, without its NUL byte
        Fault fault = nullptr;              // end the conversation
    };
    Step take(Bytes bytes);

    bool incomplete() const { return !text_.empty(); }    // part of a text is here
    std::size_t held() const { return text_.size(); }     // bytes of it

private:
    std::size_t limit_;
    std::string text_;    // what arrived of a text, never more than the limit
};

std::string on_stream(std::string text);

}    // namespace xm::rpcproxy
