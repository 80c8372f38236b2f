#pragma once
// What is watched in xenstore, on a connection of its own, which is opened again, with all watches, whenever xenstore
// appears. Lives on the thread of store/worker.hpp.

#include "connect/store/appears.hpp"
#include "connect/store/libxenstore.hpp"
#include "connect/store/worker.hpp"

#include <boost/asio/io_context.hpp>
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
    Watches(boost::asio::io_context& thread, OnNews on_news);
    ~Watches() { end(); }

    void add(std::shared_ptr<Watched> what);
    void remove(const Watched& what);
    void end();    // nothing is waited for afterwards

private:
    void connect();
    void disconnect();
    bool register_all();
    bool tell(const Watched& what);
    void try_again_later();
    void wait();
    void take_news();

    boost::asio::io_context& thread_;
    OnNews on_news_;
    std::map<std::uint64_t, std::shared_ptr<Watched>> all_;
    Handle handle_;
    boost::asio::posix::stream_descriptor news_;
    boost::asio::steady_timer retry_;
    int attempts_ = 0;    // since xenstore last appeared
    std::optional<Appears> appears_;
};

}    // namespace xm::connect::store
