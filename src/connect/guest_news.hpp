#pragma once
// What the agent in a guest says to whoever listens: signals of com.citrix.xenclient.guest.

#include "base/uuid.hpp"

#include <cstdint>

namespace xm::connect {

enum class GuestNews : std::uint8_t { agent_started, agent_uninstalled, xorg_running };

class GuestListener {
public:
    virtual ~GuestListener() = default;

    // Of the VM behind the connection that sent it; the host's own signals are not told. From the loop.
    virtual void guest_said(const Uuid& vm, GuestNews news) = 0;
};

}    // namespace xm::connect
