#pragma once
// What is watched in xenstore, on a connection of its own, which is opened again, with all watches, whenever xenstore
// appears. Lives on the thread of store/worker.hpp.
//
// libxenstore tells nobody that its connection has ended. So there is another one beside it on which nothing is ever
// said: its end is xenstore's.

#include "connect/store/appears.hpp"
#include "connect/store/libxenstore.hpp"
#include "connect/store/worker.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace xm::connect::store {

class Watches {
public:
    using OnNews = std::function<void(std::shared_ptr<Watched>)>;
    using OnPresence = std::function<void(bool there)>;    // xenstore has gone, or is back
    Watches(boost::asio::io_context& thread, OnNews on_news, OnPresence on_presence);
    ~Watches() { end(); }

    void add(std::shared_ptr<Watched> what);
    void remove(const Watched& what);
    void end();    // nothing is waited for afterwards

private:
    void connect();
    void disconnect();
    bool register_all();
    bool tell(const Watched& what);
    void try_again_later(bool heard);
    void wait();
    void take_news();
    bool connect_silently();
    void wait_for_end();

    boost::asio::io_context& thread_;
    OnNews on_news_;
    OnPresence on_presence_;
    std::map<std::uint64_t, std::shared_ptr<Watched>> all_;
    Handle handle_;
    boost::asio::posix::stream_descriptor news_;
    boost::asio::local::stream_protocol::socket silent_;
    boost::asio::steady_timer retry_;
    int attempts_ = 0;     // since xenstore last appeared
    bool gone_ = false;    // it has been there
    std::optional<Appears> appears_;
};

}    // namespace xm::connect::store
