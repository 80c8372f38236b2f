#pragma once
// Both ends of a vchan in one process, with rings of the size that Xen's have, and events that come on the next turn of
// the loop. A test plays the guest that does not keep to anything.

#include "vchan/end.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <utility>

namespace xm::vchan {

struct Memory {
    static constexpr std::size_t ring_size = 16 << 10;

    struct Ring {
        std::deque<std::byte> bytes;

        std::size_t read(std::span<std::byte> into) {
            const std::size_t size = std::min(into.size(), bytes.size());
            std::copy_n(bytes.begin(), size, into.begin());
            bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
            return size;
        }
        std::size_t room() const { return ring_size - bytes.size(); }
        void write(Bytes more) { bytes.insert(bytes.end(), more.begin(), more.end()); }
    };

    void tell(const std::function<void()>& handler) {
        boost::asio::post(loop, [handler] {
            if (handler) handler();
        });
    }

    boost::asio::io_context& loop;
    Ring to_host{}, to_guest{};
    std::function<void()> host{}, guest{};    // events
    ServerEnd::Client client = ServerEnd::Client::absent;
    bool served = false;
    int resets = 0;
    int times_turned_away = 0;
};

class MemoryServerEnd final : public ServerEnd {
public:
    explicit MemoryServerEnd(Memory& memory) : memory_{memory} { memory_.served = true; }
    ~MemoryServerEnd() override {
        memory_.host = nullptr;
        memory_.served = false;
        memory_.tell(memory_.guest);
    }

    std::size_t read(std::span<std::byte> into) override {
        const std::size_t size = memory_.to_host.read(into);
        if (size > 0) memory_.tell(memory_.guest);
        return size;
    }
    std::size_t room() override { return memory_.to_guest.room(); }
    bool has_room(std::size_t bytes) override { return room() >= bytes; }
    bool write(Bytes head, Bytes rest) override {
        memory_.to_guest.write(head);
        memory_.to_guest.write(rest);
        memory_.tell(memory_.guest);
        return true;
    }
    void when_event(std::function<void()> handler) override { memory_.host = std::move(handler); }
    Client client() const override { return memory_.client; }
    void turn_away() override {
        memory_.served = false;
        ++memory_.times_turned_away;
        memory_.tell(memory_.guest);
    }
    void reset() override {
        memory_.to_host.bytes.clear();
        memory_.to_guest.bytes.clear();
        if (memory_.client == Client::gone) memory_.client = Client::absent;
        memory_.served = true;
        ++memory_.resets;
    }

private:
    Memory& memory_;
};

class MemoryClientEnd final : public ClientEnd {
public:
    explicit MemoryClientEnd(Memory& memory) : memory_{memory} {
        memory_.client = ServerEnd::Client::here;
        memory_.tell(memory_.host);
    }
    ~MemoryClientEnd() override {
        memory_.guest = nullptr;
        memory_.client = ServerEnd::Client::gone;
        memory_.tell(memory_.host);
    }

    std::size_t read(std::span<std::byte> into) override {
        const std::size_t size = memory_.to_guest.read(into);
        if (size > 0) memory_.tell(memory_.host);
        return size;
    }
    std::size_t room() override { return memory_.to_host.room(); }
    bool has_room(std::size_t bytes) override { return room() >= bytes; }
    bool write(Bytes head, Bytes rest) override {
        memory_.to_host.write(head);
        memory_.to_host.write(rest);
        memory_.tell(memory_.host);
        return true;
    }
    void when_event(std::function<void()> handler) override { memory_.guest = std::move(handler); }
    bool open() const override { return memory_.served; }

private:
    Memory& memory_;
};

}    // namespace xm::vchan
