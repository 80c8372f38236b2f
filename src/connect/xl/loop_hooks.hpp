#pragma once
// libxl's event sources on the Asio loop. libxl says which descriptors and times it waits for; it is told when one is
// due, always from the loop and never from within a call of libxl. A descriptor may be registered several times, and
// Asio would make it non-blocking behind libxl's back; so Asio waits for an epoll set around each registration.

#include "connect/xl/libxl.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <map>
#include <memory>

namespace xm::connect::xl {

// Whom to tell; the registration's own pointer comes back.
class LoopSink {
public:
    virtual ~LoopSink() = default;
    virtual void on_descriptor(void* for_libxl, int fd, short events, short revents) = 0;
    virtual void on_timeout(void* for_libxl) = 0;    // it is no longer registered then
};

// The sink outlives this object. libxl keeps pointers to it, so it outlives the libxl context.
class LoopHooks {
public:
    LoopHooks(boost::asio::any_io_executor executor, LoopSink& sink);
    ~LoopHooks();
    LoopHooks(const LoopHooks&) = delete;
    LoopHooks& operator=(const LoopHooks&) = delete;

    static const libxl_osevent_hooks table;    // `user` is the LoopHooks
    std::size_t registered() const { return descriptors_.size() + timeouts_.size(); }

private:
    struct Descriptor;
    struct Timeout;

    int add_descriptor(int fd, void** mine, short events, void* for_libxl);
    int change_descriptor(void* mine, short events);
    void remove_descriptor(void* mine) { descriptors_.erase(mine); }
    int add_timeout(void** mine, timeval when, void* for_libxl);
    int hasten_timeout(void* mine);

    void watch(Descriptor& descriptor);
    void due(Descriptor& descriptor);
    void arm(Timeout& timeout, timeval when);

    boost::asio::any_io_executor executor_;
    LoopSink& sink_;
    std::map<void*, std::shared_ptr<Descriptor>> descriptors_;
    std::map<void*, std::shared_ptr<Timeout>> timeouts_;
};

}    // namespace xm::connect::xl
