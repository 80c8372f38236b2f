// News of a guest's sleep, from a monitor of QEMU that the test plays.

#include "xenvm/xl_power_events.hpp"

#include "fakes/scratch_dir.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <catch2/catch.hpp>

using namespace xm::xenvm;
using boost::asio::local::stream_protocol;

namespace {

struct Qemu {
    void accept() {
        loop.poll();
        acceptor.accept(connection);
    }
    void write(const std::string& text) { boost::asio::write(connection, boost::asio::buffer(text)); }

    // Until `enough` holds or nothing is left to do.
    template <class F>
    void run_until(F enough) {
        while (!enough() && loop.run_one() != 0) {
        }
    }

    xm::test::ScratchDir scratch;
    std::filesystem::path socket = scratch.path() / "dm";
    boost::asio::io_context loop;
    stream_protocol::acceptor acceptor{loop, stream_protocol::endpoint{socket.string()}};
    stream_protocol::socket connection{loop};
    std::vector<int> heard;
    bool ready = false;
};

constexpr const char* hello = "{\"QMP\": {\"capabilities\": []}}\r\n";

}    // namespace

TEST_CASE("the guest's sleep is heard from QEMU") {
    Qemu qemu;
    const PowerEvents events{qemu.loop.get_executor(), qemu.socket, [&](int s_state) { qemu.heard.push_back(s_state); },
                             [&] { qemu.ready = true; }};
    qemu.accept();
    qemu.write(hello);
    qemu.write("{\"return\": {}}\r\n");
    qemu.run_until([&] { return qemu.ready; });
    std::string asked;
    boost::asio::read_until(qemu.connection, boost::asio::dynamic_buffer(asked), '\n');
    CHECK(asked == "{\"execute\":\"qmp_capabilities\"}\n");
    CHECK(qemu.heard.empty());

    qemu.write("{\"event\": \"SUSPEND\"}\r\n{\"event\": \"RESET\"}\r\nnonsense\r\n{\"event\": \"WAKEUP\"}\r\n");
    qemu.run_until([&] { return qemu.heard.size() == 2; });
    CHECK(qemu.heard == std::vector{3, 0});
    qemu.write("{\"event\": \"SUSPEND_DISK\"}\r\n");
    qemu.run_until([&] { return qemu.heard.size() == 3; });
    CHECK(qemu.heard.back() == 4);
}

TEST_CASE("a device model that does not listen, or ends, is no misfortune") {
    Qemu qemu;
    const auto count = [&](int) { qemu.heard.push_back(0); };
    const PowerEvents nobody{qemu.loop.get_executor(), qemu.scratch.path() / "nobody", count, nullptr};
    const PowerEvents ends{qemu.loop.get_executor(), qemu.socket, count, nullptr};
    qemu.accept();
    qemu.write(hello);
    qemu.connection.close();
    qemu.loop.run();
    CHECK(qemu.heard.empty());
}

TEST_CASE("a line without end is not kept for ever") {
    Qemu qemu;
    const PowerEvents events{qemu.loop.get_executor(), qemu.socket, [](int) {}, nullptr};
    qemu.accept();
    qemu.connection.non_blocking(true);
    const std::string much(1 << 20, 'x');
    boost::system::error_code error;
    while (!error) {
        qemu.connection.write_some(boost::asio::buffer(much), error);
        qemu.loop.poll();
        if (error == boost::asio::error::would_block && !qemu.loop.stopped()) error.clear();
    }
    CHECK(qemu.loop.stopped());
}

TEST_CASE("nothing is told after the end") {
    Qemu qemu;
    {
        const PowerEvents events{qemu.loop.get_executor(), qemu.socket, [&](int s) { qemu.heard.push_back(s); },
                                 [&] { qemu.ready = true; }};
        qemu.accept();
        qemu.write(hello);
        qemu.write("{\"return\": {}}\r\n{\"event\": \"SUSPEND\"}\r\n");
        qemu.loop.poll_one();
    }
    qemu.loop.run();
    CHECK(qemu.heard.empty());
    CHECK_FALSE(qemu.ready);
}

TEST_CASE("a comma in the socket's path is doubled for QEMU") {
    const auto arguments = power_events_arguments("/run/a,b");
    CHECK(arguments.at(1) == "socket,id=xenvm,server=on,wait=off,path=/run/a,,b");
}
