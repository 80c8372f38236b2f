#pragma once
// What each kind of channel offers to the table in channel.cpp. `rest` is the text behind the colon.

#include "rpcproxy/channel.hpp"

#include "base/fd.hpp"

namespace xm::rpcproxy {

using Executor = boost::asio::any_io_executor;

std::unique_ptr<Listener> listen_unix(const Executor& executor, std::string_view rest);
std::unique_ptr<Connector> connect_unix(const Executor& executor, std::string_view rest);
std::unique_ptr<Listener> listen_tcp(const Executor& executor, std::string_view rest);
std::unique_ptr<Listener> listen_serial(const Executor& executor, std::string_view rest);
std::unique_ptr<Listener> listen_vchan(const Executor& executor, std::string_view rest, GuestDomains* guests);
std::unique_ptr<Connector> connect_serial(const Executor& executor, std::string_view rest);

// Shared by the kinds that accept: takes over a socket that is bound and listens.
std::unique_ptr<Listener> accepting(const Executor& executor, std::function<Fd()> bound);

}    // namespace xm::rpcproxy
