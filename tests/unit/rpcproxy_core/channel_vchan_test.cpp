#include "base/failure.hpp"
#include "fakes/vchan_in_memory.hpp"
#include "rpcproxy/channel.hpp"
#include "rpcproxy/guest_domains.hpp"
#include "vchan/streams.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {
namespace {

// A host whose domains the test starts and ends.
struct VchanHost final : GuestDomains {
    explicit VchanHost(boost::asio::io_context& run) : loop{run} {}

    void watch(std::function<void(const std::vector<std::uint32_t>&)> handler) override {
        on_change = std::move(handler);
        tell();
    }
    std::unique_ptr<vchan::ServerEnd> open(std::uint32_t domid) override {
        if (full) throw std::runtime_error{"out of pages"};
        memories[domid] = std::make_unique<vchan::Memory>(vchan::Memory{.loop = loop});
        return std::make_unique<vchan::MemoryServerEnd>(*memories[domid]);
    }
    void tell() {
        loop.restart();
        on_change({domains.begin(), domains.end()});
        loop.poll();
    }
    bool serves(std::uint32_t domid) const { return memories.contains(domid) && memories.at(domid)->served; }

    boost::asio::io_context& loop;
    std::set<std::uint32_t> domains;
    std::map<std::uint32_t, std::unique_ptr<vchan::Memory>> memories;
    std::function<void(const std::vector<std::uint32_t>&)> on_change;
    bool full = false;
};

struct Visitor {
    explicit Visitor(vchan::Memory& memory) : loop{memory.loop}, end{memory} {
        end.when_event([this] { streams->turn(); });
        streams->greet();
        settle();
    }
    std::shared_ptr<vchan::Stream> open() {
        auto stream = streams->open();
        settle();
        return stream;
    }
    void settle() {
        loop.restart();
        loop.poll();
    }

    boost::asio::io_context& loop;
    vchan::MemoryClientEnd end;
    std::shared_ptr<vchan::Streams> streams = std::make_shared<vchan::Streams>(
        loop.get_executor(), end, vchan::Streams::Side::guest, vchan::Streams::Events{});
};

struct VchanStand {
    boost::asio::io_context loop;
    VchanHost host{loop};
    std::vector<Arrival> arrivals;
    std::unique_ptr<Listener> listener;

    explicit VchanStand(std::set<std::uint32_t> domains, std::string_view channel = "vchan:") {
        host.domains = std::move(domains);
        listener = make_listener(loop.get_executor(), channel, &host);
        listener->open([this](Arrival arrival) { arrivals.push_back(std::move(arrival)); });
    }
    void domains(std::set<std::uint32_t> now) {
        host.domains = std::move(now);
        host.tell();
    }
};

std::string read_all_from(Link& link) {
    std::string text(1000, '\0');
    text.resize(link.read(std::as_writable_bytes(std::span{text})).bytes);
    return text;
}

}    // namespace

TEST_CASE("each domain that runs has a server, from when it comes until it goes") {
    VchanStand stand{{3, 4}};
    CHECK(stand.host.serves(3));
    CHECK(stand.host.serves(4));
    stand.domains({4, 5});
    CHECK_FALSE(stand.host.serves(3));
    CHECK(stand.host.serves(5));
    stand.listener = nullptr;
    CHECK_FALSE(stand.host.serves(4));
}

TEST_CASE("the transport says which domain a peer is of") {
    VchanStand stand{{3, 4}};
    Visitor three{*stand.host.memories[3]}, four{*stand.host.memories[4]};
    const auto a = four.open(), b = three.open(), c = four.open();
    REQUIRE(stand.arrivals.size() == 3);
    CHECK(stand.arrivals[0].domid == 4u);
    CHECK(stand.arrivals[1].domid == 3u);
    CHECK(stand.arrivals[2].domid == 4u);
}

TEST_CASE("a link over a vchan carries bytes both ways, and ends with either side") {
    VchanStand stand{{3}};
    Visitor guest{*stand.host.memories[3]};
    const auto stream = guest.open();
    Link& link = *stand.arrivals.at(0).link;
    bool readable = false;
    link.when_readable([&] { readable = true; });
    stream->write(std::as_bytes(std::span{std::string_view{"hello"}}));
    guest.settle();
    CHECK(readable);
    CHECK(read_all_from(link) == "hello");
    CHECK(link.write(std::as_bytes(std::span{std::string_view{"answer"}})).bytes == 6);
    stream->close();
    guest.settle();
    std::byte none{};
    CHECK(link.read({&none, 1}).state == Link::State::closed);

    const auto other = guest.open();
    stand.arrivals.clear();
    guest.settle();
    CHECK_FALSE(other->read({&none, 1}).open);
}

TEST_CASE("a domain that goes takes its conversations with it, and no others") {
    VchanStand stand{{3, 4}};
    Visitor three{*stand.host.memories[3]}, four{*stand.host.memories[4]};
    const auto a = three.open(), b = four.open();
    stand.domains({4});
    std::byte none{};
    CHECK(stand.arrivals[0].link->read({&none, 1}).state == Link::State::closed);
    CHECK(stand.arrivals[1].link->read({&none, 1}).state == Link::State::open);
    stand.arrivals.clear();
}

TEST_CASE("a domain that cannot be served is tried again when another comes or goes") {
    VchanStand stand{{}};
    stand.host.full = true;
    stand.domains({3});
    CHECK_FALSE(stand.host.serves(3));
    stand.host.full = false;
    stand.domains({3, 4});
    CHECK(stand.host.serves(3));
    CHECK(stand.host.serves(4));
}

TEST_CASE("a channel for one domain serves no other") {
    VchanStand stand{{3, 4}, "vchan:4"};
    CHECK_FALSE(stand.host.serves(3));
    CHECK(stand.host.serves(4));
}

TEST_CASE("a domain is a number, and not our own") {
    boost::asio::io_context loop;
    VchanHost host{loop};
    for (const char* channel : {"vchan:0", "vchan:-1", "vchan:x", "vchan:70000", "vchan:5 "})
        CHECK_THROWS_AS(make_listener(loop.get_executor(), channel, &host), Failure);
    CHECK_THROWS_AS(make_connector(loop.get_executor(), "vchan:5"), Failure);
}

}    // namespace xm::rpcproxy
