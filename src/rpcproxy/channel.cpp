#include "rpcproxy/channel.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "rpcproxy/channel_kinds.hpp"

namespace xm::rpcproxy {
namespace {

// A kind that cannot be used in a direction has null there.
struct Kind {
    std::string_view name;
    std::unique_ptr<Listener> (*listen)(const Executor&, std::string_view);
    std::unique_ptr<Connector> (*connect)(const Executor&, std::string_view);
};

constexpr Kind kinds[] = {
    {"unix", listen_unix, connect_unix},
    {"tcp", listen_tcp, nullptr},
    {"serial", listen_serial, connect_serial},
};

template <class Made>
std::unique_ptr<Made> make(std::unique_ptr<Made> (*Kind::*how)(const Executor&, std::string_view),
                           const Executor& executor, std::string_view channel) {
    const auto colon = channel.find(':');
    for (const Kind& kind : kinds)
        if (kind.*how != nullptr && channel.substr(0, colon) == kind.name && colon != std::string_view::npos)
            return (kind.*how)(executor, channel.substr(colon + 1));
    std::string known;
    for (const Kind& kind : kinds)
        if (kind.*how != nullptr) known += (known.empty() ? "" : ", ") + std::string{kind.name};
    fail(errors::bad_channel, text::escaped(channel), "no such kind of channel here; known are {}", known);
}

}    // namespace

std::unique_ptr<Listener> make_listener(const Executor& executor, std::string_view channel) {
    return make(&Kind::listen, executor, channel);
}
std::unique_ptr<Connector> make_connector(const Executor& executor, std::string_view channel) {
    return make(&Kind::connect, executor, channel);
}

}    // namespace xm::rpcproxy
