#include "rpcproxy/channel.hpp"

#include "base/failure.hpp"
#include "fakes/scratch_dir.hpp"
#include "gen/errors.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {
namespace {

template <class Address>
const sockaddr* plain_address(const Address& address) {
    return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

std::string why_not(const auto& opening) {
    try {
        opening();
    } catch (const Failure& failure) {
        CHECK(failure.info().symbol == errors::bad_channel.symbol);
        return failure.cause();
    }
    return "";
}

struct Channels {
    test::ScratchDir scratch;
    boost::asio::io_context loop;
    std::vector<Arrival> arrived;

    std::string socket() const { return "unix:" + scratch.file("socket"); }

    std::unique_ptr<Listener> opened(const std::string& channel) {
        auto listener = make_listener(loop.get_executor(), channel);
        listener->open([this](Arrival arrival) { arrived.push_back(std::move(arrival)); });
        return listener;
    }
    std::string why_not_opened(const std::string& channel) {
        return why_not([&] { opened(channel); });
    }
    std::unique_ptr<Link> connected() { return make_connector(executor(), socket())->connect(); }
    boost::asio::any_io_executor executor() { return loop.get_executor(); }
};

// A socket that nobody listens on any more.
void leave_behind(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, path.size());
    const Fd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(::bind(socket.get(), plain_address(address), sizeof address) == 0);
}

std::uint16_t free_port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    const Fd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(::bind(socket.get(), plain_address(address), sizeof address) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(socket.get(), static_cast<sockaddr*>(static_cast<void*>(&address)), &size) == 0);
    return ::ntohs(address.sin_port);
}

TEST_CASE("who connects to a unix channel arrives, and the two hear each other") {
    Channels channels;
    const auto listener = channels.opened(channels.socket());
    CHECK_FALSE(listener->one_peer_only());
    const auto near = channels.connected();
    REQUIRE(near);
    channels.loop.poll();
    REQUIRE(channels.arrived.size() == 1);
    CHECK_FALSE(channels.arrived.front().domid);
    Link& far = *channels.arrived.front().link;
    std::array<std::byte, 8> bytes{};
    CHECK(far.read(bytes).bytes == 0);
    CHECK(near->write(std::as_bytes(std::span{"ping", 4})).bytes == 4);
    CHECK(far.read(bytes).bytes == 4);
    near->close();
    CHECK(far.read(bytes).state == Link::State::closed);
}

TEST_CASE("a bus on a unix channel has an address, and nobody answers where nobody listens") {
    Channels channels;
    const auto connector = make_connector(channels.executor(), channels.socket());
    CHECK(connector->bus_address() == "unix:path=" + channels.scratch.file("socket"));
    CHECK_FALSE(connector->connect());
    leave_behind(channels.scratch.file("socket"));
    CHECK_FALSE(connector->connect());
}

TEST_CASE("a socket that was left behind is taken over") {
    Channels channels;
    leave_behind(channels.scratch.file("socket"));
    const auto listener = channels.opened(channels.socket());
    CHECK(channels.connected());
}

TEST_CASE("a socket that serves is not taken over") {
    Channels channels;
    const auto listener = channels.opened(channels.socket());
    CHECK(channels.why_not_opened(channels.socket()) == "another process listens");
    CHECK(channels.connected());
}

TEST_CASE("what is no socket is not taken away") {
    Channels channels;
    const std::string path = channels.scratch.file("socket");
    std::ofstream{path} << "precious";
    CHECK(channels.why_not_opened(channels.socket()) == "is there and no socket");
    std::filesystem::remove(path);
    std::filesystem::create_symlink("/nonexistent", path);
    CHECK(channels.why_not_opened(channels.socket()) == "is there and no socket");
    CHECK(std::filesystem::is_symlink(path));
}

TEST_CASE("a unix channel's path has room in an address, and a folder") {
    Channels channels;
    CHECK(channels.why_not_opened("unix:/" + std::string(107, 'x')) == "the path must have 1 to 107 bytes");
    CHECK(channels.why_not_opened("unix:") == "the path must have 1 to 107 bytes");
    CHECK(channels.why_not_opened("unix:" + channels.scratch.file("absent/socket")).starts_with("cannot listen: "));
    CHECK(why_not([&] { make_connector(channels.executor(), "unix:"); }) == "the path must have 1 to 107 bytes");
}

TEST_CASE("a tcp channel listens on the loopback address, and no port is taken twice") {
    Channels channels;
    const std::uint16_t port = free_port();
    const std::string channel = "tcp:" + std::to_string(port);
    const auto listener = channels.opened(channel);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = ::htons(port);
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    const Fd caller{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    REQUIRE(::connect(caller.get(), plain_address(address), sizeof address) == 0);
    channels.loop.run_one_for(std::chrono::minutes{1});    // the last packet may still be on its way
    CHECK(channels.arrived.size() == 1);
    CHECK(channels.why_not_opened(channel).starts_with("cannot listen: "));
}

TEST_CASE("a tcp channel is a port, maybe with an address in numbers") {
    Channels channels;
    for (const char* wrong : {"tcp:", "tcp:x", "tcp:65536", "tcp:-1", "tcp:1.2.3:80", "tcp:localhost:80", "tcp::80",
                              "tcp:[::1:80", "tcp:127.0.0.1:", "tcp: 80"}) {
        INFO(wrong);
        CHECK(channels.why_not_opened(wrong) == "expected tcp:PORT or tcp:ADDRESS:PORT in numbers");
    }
    CHECK(why_not([&] { make_listener(channels.executor(), "tcp:[::1]:8080"); }).empty());
    CHECK(why_not([&] { make_listener(channels.executor(), "tcp:10.0.0.1:8080"); }).empty());
}

TEST_CASE("a serial channel is one peer, over a terminal") {
    Channels channels;
    const Fd master{::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)};
    REQUIRE(master);
    REQUIRE(::grantpt(master.get()) == 0);
    REQUIRE(::unlockpt(master.get()) == 0);
    std::array<char, 64> device{};
    REQUIRE(::ptsname_r(master.get(), device.data(), device.size()) == 0);
    const auto listener = channels.opened("serial:" + std::string{device.data()});
    CHECK(listener->one_peer_only());
    REQUIRE(channels.arrived.size() == 1);
    CHECK(channels.arrived.front().link->write(std::as_bytes(std::span{"\n", 1})).bytes == 1);
    std::array<char, 8> bytes{};
    CHECK(::read(master.get(), bytes.data(), bytes.size()) == 1);
    CHECK(bytes[0] == '\n');
}

TEST_CASE("a serial channel over something else is refused") {
    Channels channels;
    CHECK(channels.why_not_opened("serial:/dev/null").starts_with("cannot be opened as a terminal: "));
    CHECK(channels.why_not_opened("serial:" + channels.scratch.file("absent"))
              .starts_with("cannot be opened as a terminal: "));
}

TEST_CASE("a text that is no channel is refused with the kinds that there are") {
    Channels channels;
    for (const char* wrong : {"", "unix", "tcp", "UNIX:/x", "argo:5", "/run/socket", ":", " unix:/x"}) {
        INFO(wrong);
        CHECK(channels.why_not_opened(wrong) == "no such kind of channel here; known are unix, tcp, serial, vchan");
    }
    CHECK(why_not([&] { make_connector(channels.executor(), "tcp:80"); }) ==
          "no such kind of channel here; known are unix, serial");
}

}    // namespace
}    // namespace xm::rpcproxy
