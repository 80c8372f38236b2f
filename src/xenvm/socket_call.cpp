#include "xenvm/socket_call.hpp"

#include "base/failure.hpp"
#include "connect/monitor_errors.hpp"
#include "connect/monitor_socket.hpp"
#include "connect/monitor_stream.hpp"
#include "connect/monitor_wire.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdio>
#include <exception>

namespace xm::xenvm {

namespace asio = boost::asio;
namespace wire = connect::wire;

namespace {

asio::awaitable<std::string> call(connect::MonitorStream& stream, std::string uuid, wire::Request request) {
    const bool follow = request.method == "subscribe";
    co_await stream.write(wire::to_text(request));
    const auto body = co_await stream.read();
    if (!body) fail(errors::monitor_unreachable, uuid, "it ended before it answered");
    const wire::Reply reply = wire::parse_reply(*body);
    if (reply.error) connect::throw_monitor_error(uuid, reply.error->message);
    if (!follow) co_return reply.result.value_or("");

    std::printf("%s\n", reply.result.value_or("").c_str());
    std::fflush(stdout);
    stream.clear_deadline();
    while (const auto news = co_await stream.read()) {
        const wire::Notification notification = wire::parse_notification(*news);
        std::printf("%s:%d:%s\n", uuid.c_str(), notification.code, notification.message.c_str());
        std::fflush(stdout);
    }
    co_return "";
}

}    // namespace

std::string call_over_socket(const connect::MonitorRunDir& directory, const Uuid& uuid, const std::string& command,
                             const StringMap& parameters, std::chrono::seconds limit) {
    Fd socket = connect::connect_to_monitor(directory.socket(uuid));
    if (!socket)
        fail(errors::monitor_unreachable, uuid.text(), "nobody listens on {}", directory.socket(uuid).string());

    asio::io_context loop{1};
    connect::MonitorStream stream{loop.get_executor(), std::move(socket), uuid.text()};
    stream.set_deadline(limit);
    std::string result;
    std::exception_ptr failure;
    asio::co_spawn(loop, call(stream, uuid.text(), {.method = command, .params = parameters}),
                   [&](std::exception_ptr error, std::string text) {
                       failure = error;
                       result = std::move(text);
                       loop.stop();
                   });
    loop.run();
    if (failure) std::rethrow_exception(failure);
    return result;
}

}    // namespace xm::xenvm
