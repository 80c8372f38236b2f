#include "xenvm/call_bus.hpp"

#include "base/failure.hpp"
#include "bus/client.hpp"
#include "connect/monitor_errors.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <exception>

namespace xm::xenvm {
namespace {

boost::asio::awaitable<std::string> call(const bus::Peer& peer, std::string method, StringMap parameters,
                                         std::chrono::seconds limit) {
    bus::Call call{peer, {peer.service().c_str(), method.c_str()}};
    bus::Writer arguments = call.arguments();
    arguments.put(parameters);
    const bus::Answer answer = co_await call.send(limit);
    bus::Reader body = answer.body();
    co_return body.at_end() ? std::string{} : body.take<std::string>();
}

[[noreturn]] void translate(const Uuid& uuid, const std::exception_ptr& error) try {
    std::rethrow_exception(error);
} catch (const bus::RemoteFailure& failure) {
    if (failure.info().symbol == errors::peer_unavailable.symbol)
        fail(errors::monitor_unreachable, uuid.text(), "no monitor of it is on the bus");
    if (failure.info().symbol == errors::timed_out.symbol)
        fail(errors::monitor_timeout, uuid.text(), "no answer within the time limit");
    connect::throw_monitor_error(uuid.text(), failure.remote_text());
}

}    // namespace

std::string call_over_bus(const Uuid& uuid, const std::string& command, const StringMap& parameters,
                          BusCallOptions options) {
    std::string method = command;
    std::replace(method.begin(), method.end(), '-', '_');

    boost::asio::io_context loop{1};
    bus::Connection connection{loop, options.session_bus ? bus::Kind::session : bus::Kind::system};
    const bus::Peer peer{connection, "org.xen.vm.uuid_" + uuid.path_form(), "/"};
    std::string result;
    std::exception_ptr failure;
    boost::asio::co_spawn(loop, call(peer, method, parameters, options.limit),
                          [&](std::exception_ptr error, std::string text) {
                              failure = error;
                              result = std::move(text);
                              loop.stop();
                          });
    loop.run();
    if (failure) translate(uuid, failure);
    return result;
}

}    // namespace xm::xenvm
