#include "vchan/streams.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace xm::vchan {
namespace {

constexpr std::size_t turn_size = 16 << 10;       // bytes that are read in one turn
constexpr std::size_t worth_sending = 1 << 10;    // bytes of payload; less room than that is waited out

}    // namespace

Streams::Streams(boost::asio::any_io_executor executor, End& end, Side side, Events events)
    : executor_{std::move(executor)}, end_{end}, side_{side}, events_{std::move(events)} {}

void Streams::greet() {
    if (!send({Kind::hello, 0, version})) blame("no room for the first word");
}

void Streams::turn() {
    const auto self = shared_from_this();    // what it calls may give it up
    opened_ = false;
    if (!over_) read_some();
    if (!over_) flush();
}

// One piece of the ring, or less if a stream is opened in it: then others on the loop have their turn first.
void Streams::read_some() {
    if (in_.empty()) {
        in_.resize(turn_size);
        in_.resize(end_.read(in_));
    }
    const bool came = !in_.empty();
    while (used_ < in_.size() && !opened_ && !over_) {
        const FrameReader::Step step = reader_.next(Bytes{in_}.subspan(used_));
        used_ += step.used;
        const Fault fault = step.fault ? step.fault : take(step);
        if (fault) return blame(fault);
    }
    if (over_) return;
    if (used_ == in_.size()) {
        in_.clear();
        used_ = 0;
    }
    if (came) again();
}

void Streams::again() {
    if (std::exchange(again_, true)) return;
    boost::asio::post(executor_, [weak = weak_from_this()] {
        const auto self = weak.lock();
        if (!self) return;
        self->again_ = false;
        self->turn();
    });
}

Fault Streams::take(const FrameReader::Step& step) {
    if (!step.frame) return nullptr;
    const Frame& frame = *step.frame;
    if (!greeted_ || frame.kind == Kind::hello) return take_hello(frame);
    if (frame.kind == Kind::open) return take_open(frame.stream);
    return take_stream(frame, step.payload);
}

Fault Streams::take_hello(const Frame& frame) {
    if (greeted_ || frame.kind != Kind::hello) return "a hello at the wrong time, or none";
    if (frame.value != version) return "another version of the protocol";
    greeted_ = true;
    if (side_ == Side::host && !send({Kind::hello, 0, version})) return "no room to answer";
    if (events_.on_greeted) events_.on_greeted();
    return nullptr;
}

std::shared_ptr<Stream> Streams::add(std::uint16_t number) {
    const auto stream = std::make_shared<Stream>();
    stream->owner_ = this;
    stream->executor_ = executor_;
    stream->self_ = stream;
    stream->number_ = number;
    streams_.emplace(number, stream);
    return stream;
}

Fault Streams::take_open(std::uint16_t number) {
    if (side_ == Side::guest) return "the host opens streams";
    if (streams_.contains(number)) return "a stream opened twice";
    if (streams_.size() >= most_streams) return "too many streams";
    opened_ = true;
    events_.on_stream(add(number));
    return nullptr;
}

Fault Streams::take_stream(const Frame& frame, Bytes payload) {
    const auto at = streams_.find(frame.stream);
    if (at == streams_.end() || at->second->ended_) return "a stream that is not open";
    Stream& stream = *at->second;
    if (frame.kind == Kind::data) return take_data(stream, payload);
    return frame.kind == Kind::credit ? take_credit(stream, frame.value) : take_close(stream);
}

// What comes for a stream that we have closed was sent before the other side knew.
Fault Streams::take_data(Stream& stream, Bytes payload) {
    if (payload.size() > stream.may_receive_) return "more than the window of a stream";
    stream.may_receive_ -= static_cast<std::uint32_t>(payload.size());
    if (stream.closed_) return nullptr;
    if (stream.read_ > 0) {
        stream.in_.erase(stream.in_.begin(), stream.in_.begin() + static_cast<std::ptrdiff_t>(stream.read_));
        stream.read_ = 0;
    }
    stream.in_.insert(stream.in_.end(), payload.begin(), payload.end());
    Stream::wake(stream.self_.lock(), &Stream::on_readable_);
    return nullptr;
}

Fault Streams::take_credit(Stream& stream, std::uint32_t bytes) {
    if (bytes > window - stream.may_send_) return "more credit than there can be";
    stream.may_send_ += bytes;
    return nullptr;    // flush() wakes who waits for it
}

Fault Streams::take_close(Stream& stream) {
    stream.ended_ = true;
    Stream::wake(stream.self_.lock(), &Stream::on_readable_);
    Stream::wake(stream.self_.lock(), &Stream::on_writable_);
    forget_if_over(stream);
    return nullptr;
}

std::shared_ptr<Stream> Streams::open() {
    if (over_ || !greeted_ || streams_.size() >= most_streams) return nullptr;
    std::uint16_t number = 0;
    while (streams_.contains(number))
        ++number;
    return send({Kind::open, number, 0}) ? add(number) : nullptr;
}

bool Streams::could_send(const Stream& stream) {
    return stream.may_send_ > 0 && end_.has_room(header_size + std::min<std::size_t>(stream.may_send_, worth_sending));
}

std::size_t Streams::send(Stream& stream, Bytes bytes) {
    std::size_t size = std::min<std::size_t>(bytes.size(), stream.may_send_);
    if (size == 0 || !end_.has_room(header_size + std::min(size, worth_sending))) return 0;
    size = std::min(size, std::max(end_.room(), header_size) - header_size);
    const Frame frame{Kind::data, stream.number_, static_cast<std::uint32_t>(size)};
    if (size == 0 || !end_.write(header_of(frame), bytes.first(size))) {
        blame("the ring has changed");
        return 0;
    }
    stream.may_send_ -= static_cast<std::uint32_t>(size);
    last_ = stream.number_;
    return size;
}

bool Streams::send(const Frame& frame) { return end_.has_room(header_size) && end_.write(header_of(frame), {}); }

// What the other side must be told of a stream, if there is room for it now.
void Streams::settle(Stream& stream) {
    if (!stream.ended_ && !stream.closed_ && stream.taken_ >= window / 2 &&
        send({Kind::credit, stream.number_, stream.taken_})) {
        stream.may_receive_ += stream.taken_;
        stream.taken_ = 0;
    }
    if (stream.close_due_ && send({Kind::close, stream.number_, 0})) stream.close_due_ = false;
    forget_if_over(stream);
}

void Streams::forget_if_over(const Stream& stream) {
    const std::uint16_t number = stream.number_;
    if (stream.over()) streams_.erase(number);
}

// Those behind the one that wrote last come first.
void Streams::flush() {
    std::vector<std::shared_ptr<Stream>> all;
    const auto first = streams_.upper_bound(last_);
    for (auto at = first; at != streams_.end(); ++at)
        all.push_back(at->second);
    for (auto at = streams_.begin(); at != first; ++at)
        all.push_back(at->second);
    for (const auto& stream : all) {
        settle(*stream);
        if (stream->on_writable_ && could_send(*stream)) Stream::wake(stream, &Stream::on_writable_);
    }
}

void Streams::blame(Fault fault) {
    if (over_) return;
    end();
    boost::asio::post(executor_, [weak = weak_from_this(), fault] {
        const auto self = weak.lock();
        if (self && self->events_.on_fault) self->events_.on_fault(fault);
    });
}

void Streams::end() {
    over_ = true;
    for (const auto& [number, stream] : std::exchange(streams_, {})) {
        stream->owner_ = nullptr;
        stream->ended_ = true;
        Stream::wake(stream, &Stream::on_readable_);
        Stream::wake(stream, &Stream::on_writable_);
    }
}

}    // namespace xm::vchan
