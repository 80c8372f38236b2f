// The toy of the golden files: its generated server and client talk over a real bus, so every type makes the journey
// there and back, and every way a call can fail is seen. Runs under dbus-run-session.

#include "base/failure.hpp"
#include "bus/client.hpp"
#include "bus/service.hpp"
#include "gen/errors.hpp"
#include "gen/toy_client.hpp"
#include "gen/toy_server.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <exception>
#include <limits>
#include <optional>

namespace asio = boost::asio;
namespace bus = xm::bus;
namespace toy = xm::gen::toy;
namespace errors = xm::errors;

using namespace std::chrono_literals;

namespace {

template <class T>
bus::Variant variant(std::string signature, T value) {
    return {std::move(signature), std::move(value)};
}

class ToyServer : public toy::Server {
public:
    using Basics = std::tuple<bool, std::uint8_t, std::int16_t, std::uint16_t, std::int32_t, std::uint32_t,
                              std::int64_t, std::uint64_t, double, std::string, bus::ObjectPath, bus::Signature>;

    asio::awaitable<Basics> echo_basic(bool flag, std::uint8_t byte, std::int16_t small, std::uint16_t small_unsigned,
                                       std::int32_t integer, std::uint32_t unsigned_integer, std::int64_t large,
                                       std::uint64_t large_unsigned, double real, std::string text,
                                       bus::ObjectPath path, bus::Signature signature, bus::Caller) override {
        co_return Basics{flag,  byte,           small, small_unsigned, integer, unsigned_integer,
                         large, large_unsigned, real,  text,           path,    signature};
    }

    using Tree = std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>>;
    using Facts = std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>>;
    using Flags = std::vector<std::vector<bool>>;
    asio::awaitable<std::tuple<Tree, Facts, Flags>> echo_nested(Tree tree, Facts facts, Flags flags,
                                                                bus::Caller) override {
        co_return std::tuple{tree, facts, flags};
    }

    using Point = std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant>;
    asio::awaitable<Point> echo_struct(Point point, bus::Caller) override { co_return point; }

    asio::awaitable<std::uint64_t> length_of(bus::UnixFd file, bus::Caller) override {
        struct stat facts{};
        if (fstat(file.get(), &facts) != 0) xm::fail(errors::io_error, "file", "cannot be measured");
        co_return static_cast<std::uint64_t>(facts.st_size);
    }

    asio::awaitable<void> delete_(bus::Caller caller) override {
        last_caller = caller.sender;
        if (!stuck) xm::fail(errors::vm_running, "toy", "it moves");
        asio::steady_timer forever{co_await asio::this_coro::executor, 10s};
        co_await forever.async_wait(asio::use_awaitable);
    }

    void get(toy::Property property, bus::Writer& into) const override {
        switch (property) {
            case toy::Property::max_speed:
                return into.put(max_speed);
            case toy::Property::colour:
                return into.put(std::string{"red"});
            case toy::Property::parts:
                return into.put(std::vector<std::tuple<std::string, bus::Variant>>{{"wheels", variant("i", 4)}});
            case toy::Property::secret:
                return into.put(secret);
        }
    }

    asio::awaitable<void> set(toy::Property property, bus::Variant value, bus::Caller) override {
        if (property == toy::Property::max_speed) max_speed = std::get<std::int32_t>(value.value);
        if (property != toy::Property::secret) co_return;
        secret.clear();
        for (const auto& byte : std::get<std::vector<bus::Variant>>(value.value))
            secret.push_back(std::get<std::uint8_t>(byte.value));
    }

    std::int32_t max_speed = 100;
    std::vector<std::uint8_t> secret;
    std::string last_caller;
    bool stuck = false;
};

class ToyObject : public bus::Object {
public:
    explicit ToyObject(ToyServer& server) : faces_{toy::face(server)} {}
    std::span<const bus::Face> faces() override { return faces_; }

private:
    std::array<bus::Face, 1> faces_;
};

class ToyFamily : public bus::Family {
public:
    explicit ToyFamily(ToyServer& server) : server_{server} {}
    std::span<const bus::Interface* const> interfaces() const override { return interfaces_; }
    std::vector<std::string> paths() const override { return {"/toy"}; }
    std::unique_ptr<bus::Object> find(std::string_view path) override {
        return path == "/toy" ? std::make_unique<ToyObject>(server_) : nullptr;
    }

private:
    ToyServer& server_;
    std::array<const bus::Interface*, 1> interfaces_{&toy::interface()};
};

// Two connections in one loop: one serves, the other calls.
struct Playground {
    asio::io_context loop;
    bus::Connection serving{loop, bus::Kind::session};
    bus::Connection calling{loop, bus::Kind::session};
    ToyServer server;
    ToyFamily family{server};
    bus::Service service{serving};
    toy::Client client{calling, serving.unique_name(), "/toy"};

    Playground() { service.serve(family); }

    // Runs the loop until the coroutine has ended, and throws what it threw.
    void run(asio::awaitable<void> body) {
        std::exception_ptr thrown;
        asio::co_spawn(loop, std::move(body), [&](std::exception_ptr error) {
            thrown = error;
            loop.stop();
        });
        loop.restart();
        loop.run();
        if (thrown) std::rethrow_exception(thrown);
    }
};

asio::awaitable<std::optional<bus::RemoteFailure>> failure_of(asio::awaitable<void> call) {
    try {
        co_await std::move(call);
    } catch (const bus::RemoteFailure& failure) {
        co_return failure;
    }
    co_return std::nullopt;
}

}    // namespace

TEST_CASE("every basic type arrives as it was sent, at the ends of its range") {
    Playground p;
    p.run([](toy::Client& client) -> asio::awaitable<void> {
        const ToyServer::Basics low{false,
                                    std::uint8_t{0},
                                    std::numeric_limits<std::int16_t>::min(),
                                    std::uint16_t{0},
                                    std::numeric_limits<std::int32_t>::min(),
                                    0U,
                                    std::numeric_limits<std::int64_t>::min(),
                                    std::uint64_t{0},
                                    -INFINITY,
                                    "",
                                    bus::ObjectPath{"/"},
                                    bus::Signature{""}};
        const auto a = co_await client.echo_basic(
            false, 0, std::numeric_limits<std::int16_t>::min(), 0, std::numeric_limits<std::int32_t>::min(), 0,
            std::numeric_limits<std::int64_t>::min(), 0, -INFINITY, "", bus::ObjectPath{"/"}, bus::Signature{""});
        CHECK(a == low);
        const ToyServer::Basics high{true,
                                     std::uint8_t{255},
                                     std::int16_t{32767},
                                     std::uint16_t{65535},
                                     std::numeric_limits<std::int32_t>::max(),
                                     std::numeric_limits<std::uint32_t>::max(),
                                     std::numeric_limits<std::int64_t>::max(),
                                     std::numeric_limits<std::uint64_t>::max(),
                                     0.1,
                                     "täxt",
                                     bus::ObjectPath{"/a/b"},
                                     bus::Signature{"a{sv}"}};
        const auto b = co_await client.echo_basic(
            true, 255, 32767, 65535, std::numeric_limits<std::int32_t>::max(),
            std::numeric_limits<std::uint32_t>::max(), std::numeric_limits<std::int64_t>::max(),
            std::numeric_limits<std::uint64_t>::max(), 0.1, "täxt", bus::ObjectPath{"/a/b"}, bus::Signature{"a{sv}"});
        CHECK(b == high);
    }(p.client));
}

TEST_CASE("nested containers, variants and structs arrive as they were sent") {
    Playground p;
    p.run([](toy::Client& client) -> asio::awaitable<void> {
        const ToyServer::Tree tree{{"empty", {}}, {"oak", {{1, {"leaf", "branch"}}, {2, {}}}}};
        const ToyServer::Facts facts{
            {bus::ObjectPath{"/vm/1"},
             {{"com.example.a", {{"n", variant("i", 7)}, {"s", variant("s", std::string{"x"})}}}}},
            {bus::ObjectPath{"/vm/2"}, {}},
        };
        const ToyServer::Flags flags{{true, false}, {}};
        const auto result = co_await client.echo_nested(tree, facts, flags);
        CHECK(result == std::tuple{tree, facts, flags});

        const auto list = variant("as", std::vector<bus::Variant>{variant("s", std::string{"a"})});
        const ToyServer::Point point{0.5, {1, -1}, list};
        const auto same = co_await client.echo_struct(point);
        CHECK(same == point);
    }(p.client));
}

TEST_CASE("an open file travels") {
    Playground p;
    xm::Fd file{memfd_create("toy", MFD_CLOEXEC)};
    REQUIRE(ftruncate(file.get(), 4321) == 0);
    p.run([](toy::Client& client, bus::UnixFd fd) -> asio::awaitable<void> {
        const auto length = co_await client.length_of(fd);
        CHECK(length == 4321);
    }(p.client, bus::UnixFd{std::move(file)}));
}

TEST_CASE("properties are read and written by name and type") {
    Playground p;
    p.run([](toy::Client& client) -> asio::awaitable<void> {
        const auto before = co_await client.get<toy::Property::max_speed>();
        CHECK(before == 100);
        co_await client.set<toy::Property::max_speed>(250);
        const auto after = co_await client.get<toy::Property::max_speed>();
        CHECK(after == 250);
        const auto parts = co_await client.get<toy::Property::parts>();
        CHECK(parts == std::vector<std::tuple<std::string, bus::Variant>>{{"wheels", variant("i", 4)}});
        const std::vector<std::uint8_t> secret{1, 2, 3};
        co_await client.set<toy::Property::secret>(secret);
    }(p.client));
    CHECK(p.server.secret == std::vector<std::uint8_t>{1, 2, 3});
}

TEST_CASE("a failure of the server reaches the caller with its name, code, object and remedy") {
    Playground p;
    p.run([](toy::Client& client) -> asio::awaitable<void> {
        const auto failure = co_await failure_of(client.delete_());
        REQUIRE(failure);
        CHECK(&failure->info() == &errors::peer_failed);
        CHECK(failure->remote_name() == "org.freedesktop.DBus.Error.Failed");
        CHECK_THAT(failure->remote_text(), Catch::StartsWith("204:vm_running: toy: it moves. "));
    }(p.client));
    CHECK(p.server.last_caller == p.calling.unique_name());
}

TEST_CASE("a call to a service that does not exist fails at once") {
    Playground p;
    p.run([](bus::Connection& connection) -> asio::awaitable<void> {
        toy::Client nobody{connection, "com.example.nobody", "/toy"};
        const auto failure = co_await failure_of(nobody.delete_());
        REQUIRE(failure);
        CHECK(&failure->info() == &errors::peer_unavailable);
        CHECK(failure->object() == "com.example.nobody");
    }(p.calling));
}

TEST_CASE("a call ends with its deadline, and others are served meanwhile") {
    Playground p;
    p.server.stuck = true;
    p.run([](toy::Client& client) -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        const auto [failure, speed] =
            co_await (failure_of(client.delete_(50ms)) && client.get<toy::Property::max_speed>());
        REQUIRE(failure);
        CHECK(&failure->info() == &errors::timed_out);
        CHECK(speed == 100);
    }(p.client));
}

TEST_CASE("a cancelled call is given up") {
    Playground p;
    p.server.stuck = true;
    p.run([](toy::Client& client) -> asio::awaitable<void> {
        using namespace asio::experimental::awaitable_operators;
        const auto first = co_await (client.delete_(10s) || client.get<toy::Property::max_speed>());
        CHECK(first.index() == 1);
    }(p.client));
}

TEST_CASE("destroying a client ends its calls") {
    Playground p;
    p.server.stuck = true;
    auto client = std::make_unique<toy::Client>(p.calling, p.serving.unique_name(), "/toy");
    asio::steady_timer soon{p.loop, 20ms};
    soon.async_wait([&](const auto&) { client.reset(); });
    const auto expected = [&] { p.run(client->delete_(10s)); };
    CHECK_THROWS_AS(expected(), boost::system::system_error);
}

TEST_CASE("a call in flight may outlive its connection") {
    Playground p;    // whose loop goes last, and with it who waits
    p.server.stuck = true;
    asio::co_spawn(p.loop, p.client.delete_(60s), asio::detached);
    while (p.server.last_caller.empty())
        p.loop.run_one();
}

TEST_CASE("signals reach their handler with all arguments until the subscription ends") {
    Playground p;
    p.run([](Playground& q) -> asio::awaitable<void> {
        int moved = 0;
        int broken = 0;
        auto on_moved = q.client.on_moved([&](auto where, auto labels) {
            ++moved;
            CHECK(where == std::tuple{1.5, -2.5});
            CHECK(labels == std::map<std::string, std::string>{{"a", "b"}});
        });
        auto on_broken = std::make_optional(q.client.on_broken([&] { ++broken; }));
        co_await q.client.get<toy::Property::max_speed>();    // answered after the bus has both matches
        toy::emit_moved(q.serving, "/toy", {1.5, -2.5}, {{"a", "b"}});
        toy::emit_broken(q.serving, "/elsewhere");
        toy::emit_broken(q.serving, "/toy");
        co_await q.client.get<toy::Property::max_speed>();
        CHECK(moved == 1);
        CHECK(broken == 1);
        on_broken.reset();
        toy::emit_broken(q.serving, "/toy");
        co_await q.client.get<toy::Property::max_speed>();
        CHECK(broken == 1);
    }(p));
}

TEST_CASE("a subscription may end inside its own handler, and a handler that throws is survived") {
    Playground p;
    p.run([](Playground& q) -> asio::awaitable<void> {
        int heard = 0;
        std::optional<bus::Subscription> once;
        once = q.client.on_broken([&] {
            ++heard;
            once.reset();
            throw std::runtime_error{"handler"};
        });
        co_await q.client.get<toy::Property::max_speed>();
        toy::emit_broken(q.serving, "/toy");
        toy::emit_broken(q.serving, "/toy");
        co_await q.client.get<toy::Property::max_speed>();
        CHECK(heard == 1);
    }(p));
}
