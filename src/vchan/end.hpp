#pragma once
// One end of a vchan: two rings of bytes in memory that is shared with another domain, and an event. Never blocks.
// Xen's are in xen_end.hpp, a test's in memory.

#include "vchan/frames.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

namespace xm::vchan {

class End {
public:
    virtual ~End() = default;

    virtual std::size_t read(std::span<std::byte> into) = 0;    // 0: nothing there; an event tells when there is
    virtual std::size_t room() = 0;                             // bytes that can be written at once
    // Whether there is room for so many, fewer than the ring has; if not, an event tells when that may have changed.
    virtual bool has_room(std::size_t bytes) = 0;
    // Both, one after the other, for which there was room. False: the other side has changed the ring behind our back.
    virtual bool write(Bytes head, Bytes rest) = 0;

    // Called on each event until the end is destroyed. An event says "look again": at data, at room, at the other side.
    virtual void when_event(std::function<void()> handler) = 0;
};

// The end whose domain gives the memory. It is the same for one client after another.
class ServerEnd : public End {
public:
    enum class Client : std::uint8_t { absent, here, gone };
    virtual Client client() const = 0;
    virtual void turn_away() = 0;    // tells the client that it must go
    virtual void reset() = 0;        // for the next client, once one has gone
};

class ClientEnd : public End {
public:
    virtual bool open() const = 0;    // the server is there, and has not turned us away
};

}    // namespace xm::vchan
