#pragma once
// A xenstore on a socket of its own, for as many callers as come. Knows XS_READ and XS_GET_PERMS of
// xen/include/public/io/xs_wire.h.

#include "fakes/scratch_dir.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace xm::test {

class FakeXenstore {
public:
    struct Node {
        std::string value;
        std::uint32_t owner = 0;
        bool readable = true;    // if not, whoever asks is refused
    };
    std::map<std::string, Node> nodes;

    FakeXenstore() { boost::asio::co_spawn(loop_, serve(), boost::asio::detached); }

    std::string socket() const { return scratch_.file("xenstored"); }
    boost::asio::any_io_executor executor() { return loop_.get_executor(); }

    // From now on nobody is there.
    void go_away() {
        acceptor_.close();
        gone_ = true;
    }

    // What a coroutine returns that asks this xenstore.
    template <class Result>
    Result result_of(boost::asio::awaitable<Result> asking) {
        std::optional<Result> got;
        boost::asio::co_spawn(loop_, std::move(asking), [&](const std::exception_ptr& failed, Result result) {
            if (!failed) got = std::move(result);
            loop_.stop();
        });
        loop_.restart();
        loop_.run();
        return got.value();
    }

private:
    using Unix = boost::asio::local::stream_protocol;
    struct Answer {
        std::uint32_t type;
        std::string payload;
    };

    Answer answer_to(std::uint32_t request, const std::string& path) const {
        constexpr std::uint32_t get_perms = 3, error = 16;
        const auto at = nodes.find(path);
        if (at == nodes.end()) return {error, std::string{"ENOENT\0", 7}};
        if (!at->second.readable) return {error, std::string{"EACCES\0", 7}};
        if (request == get_perms) return {request, "n" + std::to_string(at->second.owner) + '\0'};
        return {request, at->second.value};
    }

    boost::asio::awaitable<void> serve() {
        while (!gone_)
            boost::asio::co_spawn(loop_, talk(co_await acceptor_.async_accept(boost::asio::use_awaitable)),
                                  boost::asio::detached);
    }

    // Until the caller leaves.
    boost::asio::awaitable<void> talk(Unix::socket peer) try {
        using namespace boost::asio;
        for (;;) {
            std::array<std::uint32_t, 4> header{};    // type, request, transaction, length
            co_await async_read(peer, buffer(header), use_awaitable);
            if (gone_) co_return;
            std::string path(header[3], ' ');
            co_await async_read(peer, buffer(path), use_awaitable);
            path.pop_back();    // the zero
            const auto [type, payload] = answer_to(header[0], path);
            header[0] = type;
            header[3] = static_cast<std::uint32_t>(payload.size());
            co_await async_write(peer, buffer(header), use_awaitable);
            co_await async_write(peer, buffer(payload), use_awaitable);
        }
    } catch (const boost::system::system_error&) {
        co_return;    // it has left
    }

    ScratchDir scratch_;
    boost::asio::io_context loop_;
    bool gone_ = false;
    Unix::acceptor acceptor_{loop_, Unix::endpoint{socket()}};
};

}    // namespace xm::test
