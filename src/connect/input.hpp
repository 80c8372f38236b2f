#pragma once
// The input daemon: keyboard, mouse, and which VM has them.

#include <boost/asio/awaitable.hpp>

#include <string>

namespace xm::connect {

class Input {
public:
    virtual ~Input() = default;

    // The key combination of this place brings the domain to the screen from now on. Told, not asked.
    virtual void set_slot(int domid, int slot) = 0;

    // Asked. Failures: errors::peer_unavailable, peer_failed, no_reply.
    virtual boost::asio::awaitable<bool> switch_focus(int domid) = 0;    // to the screen; false: it was refused
    virtual boost::asio::awaitable<void> ask_login(std::string user_hash) = 0;    // the outcome is the daemon's signal
};

}    // namespace xm::connect
