#include "connect/tell_bus.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace xm::connect {
namespace {

void log_failure(const std::string& what, const std::exception_ptr& thrown) try {
    std::rethrow_exception(thrown);
} catch (const Failure& failure) {
    if (&failure.info() != &errors::peer_unavailable) log::warn("call={} failed: {}", what, failure.what());
} catch (const std::exception& e) {
    log::warn("call={} failed: {}", what, e.what());
}

}    // namespace

void tell(bus::Connection& connection, std::string what, boost::asio::awaitable<void> call) {
    boost::asio::co_spawn(connection.loop(), std::move(call),
                          [what = std::move(what)](const std::exception_ptr& thrown) {
                              if (thrown) log_failure(what, thrown);
                          });
}

}    // namespace xm::connect
