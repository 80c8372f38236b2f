#pragma once
// One process of the guest: carries the bytes between its socket and a stream. Holds a piece of them each way; a side
// that does not take them is not read for.

#include "base/fd.hpp"
#include "vchan/streams.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

namespace xm::guestbus {

class Client : public std::enable_shared_from_this<Client> {
public:
    // on_end: on a later turn of the loop.
    Client(const boost::asio::any_io_executor& executor, Fd socket, std::function<void()> on_end);

    void start(std::shared_ptr<vchan::Stream> stream);
    void end();

private:
    struct Piece {
        std::vector<std::byte> bytes;
        std::size_t sent = 0;

        bool empty() const { return sent == bytes.size(); }
        vchan::Bytes rest() const { return vchan::Bytes{bytes}.subspan(sent); }
    };
    enum class Went { on, later, over };

    void to_host();
    void to_client();
    Went fill_from_socket();
    Went pass_to_host();
    Went fill_from_host();
    Went pass_to_socket();
    void when_socket(boost::asio::posix::descriptor_base::wait_type what, void (Client::*next)());
    template <class When>
    void when_stream(When when, void (Client::*next)());

    boost::asio::posix::stream_descriptor socket_;
    std::function<void()> on_end_;
    std::shared_ptr<vchan::Stream> stream_;
    Piece out_, in_;
    bool ended_ = false;
};

}    // namespace xm::guestbus
