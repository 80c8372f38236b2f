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
    std::unique_ptr<Listener> (*listen)(const Executor&, std::string_view, GuestDomains*);
    std::unique_ptr<Connector> (*connect)(const Executor&, std::string_view);
};

// Most kinds know nothing of domains.
template <std::unique_ptr<Listener> (*listen)(const Executor&, std::string_view)>
std::unique_ptr<Listener> plain(const Executor& executor, std::string_view rest, GuestDomains*) {
    return listen(executor, rest);
}

constexpr Kind kinds[] = {
    {"unix", plain<listen_unix>, connect_unix},
    {"tcp", plain<listen_tcp>, nullptr},
    {"serial", plain<listen_serial>, connect_serial},
    {"vchan", listen_vchan, nullptr},
};

template <class Made, class... Args>
std::unique_ptr<Made> make(std::unique_ptr<Made> (*Kind::*how)(const Executor&, std::string_view, Args...),
                           const Executor& executor, std::string_view channel, Args... args) {
    const auto colon = channel.find(':');
    for (const Kind& kind : kinds)
        if (kind.*how != nullptr && channel.substr(0, colon) == kind.name && colon != std::string_view::npos)
            return (kind.*how)(executor, channel.substr(colon + 1), args...);
    std::string known;
    for (const Kind& kind : kinds)
        if (kind.*how != nullptr) known += (known.empty() ? "" : ", ") + std::string{kind.name};
    fail(errors::bad_channel, text::escaped(channel), "no such kind of channel here; known are {}", known);
}

}    // namespace

std::unique_ptr<Listener> make_listener(const Executor& executor, std::string_view channel, GuestDomains* guests) {
    return make(&Kind::listen, executor, channel, guests);
}
std::unique_ptr<Connector> make_connector(const Executor& executor, std::string_view channel) {
    return make(&Kind::connect, executor, channel);
}

}    // namespace xm::rpcproxy
