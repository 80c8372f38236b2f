#pragma once
// What the reader says of a message made for a test.

#include "fakes/wire_builder.hpp"
#include "rpcproxy/message.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace xm::rpcproxy {

// "" if the message is in order, else the fault; the same in both byte orders.
inline std::string verdict(const fakes::RawMessage& message) {
    std::string said[2];
    for (const bool big_endian : {false, true}) {
        const auto bytes = message.bytes(big_endian);
        const Fault frame = frame_of(bytes).fault;
        const Fault fault = frame != nullptr ? frame : read_message(bytes).fault;
        said[big_endian ? 1 : 0] = fault != nullptr ? fault : "";
    }
    CHECK(said[0] == said[1]);
    return said[0];
}

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i)
        all += text;
    return all;
}

inline std::string body_verdict(const std::string& signature, fakes::Write values) {
    INFO(signature);
    return verdict(fakes::raw_call().with_body(signature, std::move(values)));
}

}    // namespace xm::rpcproxy
