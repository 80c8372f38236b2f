#pragma once
// The ends of a vchan over Xen. Layout of the shared memory: xen/include/public/io/libxenvchan.h.

#include "vchan/end.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace xm::vchan {

// What a client needs to find the server; domain 0 puts it into xenstore, at `<path>/ring-ref` and
// `<path>/event-channel`.
struct Whereabouts {
    std::uint32_t ring_ref = 0;
    std::uint32_t event_port = 0;
};

struct ServerMade {
    std::unique_ptr<ServerEnd> end;
    Whereabouts where;
};

// For the domain and nobody else: Xen sees to it. Costs nine pages of our own. Failure: std::system_error.
ServerMade make_server_end(const boost::asio::any_io_executor& executor, std::uint32_t domid);

// To the server of domain `domid` that is described at `path` of xenstore. Null: nobody is there now.
std::unique_ptr<ClientEnd> make_client_end(const boost::asio::any_io_executor& executor, std::uint32_t domid,
                                           const std::string& path);

// A domain that was saved comes back as another one, and what was mapped of the host is gone: to touch it is a fault.
// Linux 6.1 faults itself when such memory is unmapped and the host was to be told, and when the descriptor of such
// events is closed. abandon: the one does not tell, the other stays open in the program that follows. For handlers of
// signals, and one client end a process.
bool in_client_end(const void* address);
void abandon_client_end();

}    // namespace xm::vchan
