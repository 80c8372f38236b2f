#include "vchan/streams.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace xm::vchan {

Stream::Got Stream::read(std::span<std::byte> into) {
    const std::size_t size = std::min(into.size(), in_.size() - read_);
    if (size == 0) return {.open = !ended_ && !closed_};
    std::ranges::copy(std::span{in_}.subspan(read_, size), into.begin());
    read_ += size;
    if (read_ == in_.size()) {
        in_ = {};
        read_ = 0;
    }
    taken_ += static_cast<std::uint32_t>(size);
    if (owner_) owner_->settle(*this);
    return {.bytes = size};
}

Stream::Got Stream::write(Bytes bytes) {
    if (ended_ || closed_) return {.open = false};
    return {.bytes = owner_->send(*this, bytes)};
}

void Stream::when_readable(Handler handler) {
    on_readable_ = std::move(handler);
    if (read_ < in_.size() || ended_) wake(self_.lock(), &Stream::on_readable_);
}

void Stream::when_writable(Handler handler) {
    on_writable_ = std::move(handler);
    if (ended_ || (owner_ && owner_->could_send(*this))) wake(self_.lock(), &Stream::on_writable_);
}

void Stream::close() {
    on_readable_ = nullptr;
    on_writable_ = nullptr;
    in_ = {};
    read_ = 0;
    if (std::exchange(closed_, true) || !owner_) return;
    close_due_ = true;
    owner_->settle(*this);
}

void Stream::wake(const std::shared_ptr<Stream>& self, Handler Stream::* what) {
    if (!((*self).*what)) return;
    boost::asio::post(self->executor_, [self, what] {
        if (const Handler handler = std::exchange((*self).*what, nullptr)) handler();
    });
}

}    // namespace xm::vchan
