#include "rpcproxy/json_frame.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace xm::rpcproxy {

TextStream::Step TextStream::take(Bytes bytes) {
    const auto end = std::ranges::find(bytes, std::byte{});
    const auto size = static_cast<std::size_t>(end - bytes.begin());
    if (size > limit_ - text_.size()) return {.used = 0, .text = {}, .fault = "an object is longer than the limit"};
    std::ranges::transform(bytes.first(size), std::back_inserter(text_),
                           [](std::byte b) { return static_cast<char>(b); });
    if (end == bytes.end()) return {.used = size, .text = {}, .fault = nullptr};
    return {.used = size + 1, .text = std::exchange(text_, {}), .fault = nullptr};
}

std::string on_stream(std::string text) {
    text += '\0';
    return text;
}

}    // namespace xm::rpcproxy
