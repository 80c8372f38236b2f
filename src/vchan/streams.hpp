#pragma once
// One session of a vchan: the streams in it. What the other side sends is checked against what it may; whatever it does
// costs no more memory than its windows. One slow stream does not hold up the others.

#include "vchan/end.hpp"
#include "vchan/frames.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

namespace xm::vchan {

class Streams;

// One byte stream, both ways. Belongs to who uses it and to the session, which may end before it.
class Stream {
public:
    struct Got {
        bool open = true;         // false: the other side has closed, or the session is over
        std::size_t bytes = 0;    // 0 while open: not now
    };
    Got read(std::span<std::byte> into);    // what came before the end is still read
    Got write(Bytes bytes);

    // Calls back once, on a later turn of the loop; not after close().
    void when_readable(std::function<void()> handler);
    void when_writable(std::function<void()> handler);
    void close();

private:
    friend class Streams;
    using Handler = std::function<void()>;
    static void wake(const std::shared_ptr<Stream>& self, Handler Stream::* what);
    bool over() const { return closed_ && ended_ && !close_due_; }    // its number is free

    Streams* owner_ = nullptr;    // null: the session is over
    boost::asio::any_io_executor executor_;
    std::weak_ptr<Stream> self_;
    std::uint16_t number_ = 0;
    std::vector<std::byte> in_;
    std::size_t read_ = 0;       // of `in_`
    std::uint32_t taken_ = 0;    // read, and not given back as credit yet
    std::uint32_t may_receive_ = window;
    std::uint32_t may_send_ = window;
    bool ended_ = false;        // by the other side
    bool closed_ = false;       // by us
    bool close_due_ = false;    // which the other side was not told yet
    Handler on_readable_, on_writable_;
};

class Streams : public std::enable_shared_from_this<Streams> {
public:
    enum class Side : std::uint8_t { guest, host };
    struct Events {
        std::function<void(std::shared_ptr<Stream>)> on_stream{};    // the guest has opened one; at most one a turn
        std::function<void()> on_greeted{};                          // the host has answered
        std::function<void(Fault)> on_fault{};                       // the session is over, by the other's fault
    };
    Streams(boost::asio::any_io_executor executor, End& end, Side side, Events events);
    ~Streams() { end(); }

    void greet();                      // the guest's first word
    void turn();                       // there was an event
    std::shared_ptr<Stream> open();    // the guest's. Null: too many, or not greeted yet
    void end();                        // all streams end; nothing is called afterwards

private:
    friend class Stream;
    void read_some();
    Fault take(const FrameReader::Step& step);
    Fault take_stream(const Frame& frame, Bytes payload);
    Fault take_hello(const Frame& frame);
    Fault take_open(std::uint16_t number);
    Fault take_data(Stream& stream, Bytes payload);
    Fault take_credit(Stream& stream, std::uint32_t bytes);
    Fault take_close(Stream& stream);
    std::shared_ptr<Stream> add(std::uint16_t number);
    std::size_t send(Stream& stream, Bytes bytes);
    bool send(const Frame& frame);
    void flush();
    bool could_send(const Stream& stream);
    void settle(Stream& stream);
    void forget_if_over(const Stream& stream);
    void again();
    void blame(Fault fault);

    boost::asio::any_io_executor executor_;
    End& end_;
    Side side_;
    Events events_;
    FrameReader reader_;
    std::map<std::uint16_t, std::shared_ptr<Stream>> streams_;
    std::vector<std::byte> in_;    // read from the ring and not looked at yet; not more than one turn's
    std::size_t used_ = 0;         // of `in_`
    std::uint16_t last_ = 0;       // stream that wrote last; others go first
    bool greeted_ = false;
    bool opened_ = false;    // a stream, in this turn
    bool again_ = false;     // a turn is due anyway
    bool over_ = false;
};

}    // namespace xm::vchan
