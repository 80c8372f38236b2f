#include "connect/guest_news_bus.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"

#include <systemd/sd-bus.h>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <string>
#include <utility>

namespace xm::connect {
namespace asio = boost::asio;
namespace {

constexpr char guest_interface[] = "com.citrix.xenclient.guest";

struct SignalRow {
    const char* name;
    GuestNews news;
};

constexpr SignalRow signal_rows[] = {
    {"agent_started", GuestNews::agent_started},
    {"agent_uninstalled", GuestNews::agent_uninstalled},
    {"xorg_running", GuestNews::xorg_running},
};

asio::awaitable<void> tell_of_sender(Callers& callers, GuestListener& listener, std::string sender, GuestNews news) {
    const CallerDomain domain = co_await callers.domain_of(std::move(sender));
    if (domain.vm) listener.guest_said(*domain.vm, news);
}

void log_unknown(const std::exception_ptr& error) {
    if (error) try {
            std::rethrow_exception(error);
        } catch (const std::exception& failure) {
            log::warn("a guest's signal is not heeded cause={}", failure.what());
        }
}

}    // namespace

BusGuestNews::BusGuestNews(bus::Connection& connection, asio::any_io_executor executor, Callers& callers,
                           GuestListener& listener) {
    const bus::Peer anybody{connection, "", ""};
    for (const SignalRow& row : signal_rows)
        signals_.push_back(bus::subscribe(anybody, {guest_interface, row.name}, "",
                                          [executor, &callers, &listener, news = row.news](bus::Reader body) {
                                              const char* sender = sd_bus_message_get_sender(body.message());
                                              if (!sender) return;
                                              asio::co_spawn(executor, tell_of_sender(callers, listener, sender, news),
                                                             log_unknown);
                                          }));
}

}    // namespace xm::connect
