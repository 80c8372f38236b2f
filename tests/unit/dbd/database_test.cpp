#include "dbd/database.hpp"

#include "base/failure.hpp"
#include "unit/dbd/scratch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <sys/resource.h>
#include <csignal>

using namespace xm::dbd;
using Catch::Contains;
namespace asio = boost::asio;
using Names = std::vector<std::string>;

namespace {

constexpr char guest_uuid[] = "11111111-2222-3333-4444-555555555555";

// Bus names that start with "guest" belong to a guest, "stranger" to nobody, all others to domain 0.
struct Names_of : CallerIdentity {
    asio::awaitable<Identity> identify(std::string sender) override {
        if (sender == "stranger") throw std::runtime_error{"who?"};
        if (sender.starts_with("guest")) co_return Identity{xm::Uuid::parse(guest_uuid)};
        co_return Identity{};
    }
};

struct Fixture {
    Scratch scratch;
    asio::io_context loop;
    Names_of identity;
    std::vector<Names> announced;
    Commits commits{loop.get_executor(), Store{scratch / "db.sqlite"},
                    [this](const Names& paths) { announced.push_back(paths); }};
    Database database{commits, identity};

    // Starts a call; its outcome is "" or what it threw.
    template <class T>
    void start(asio::awaitable<T> call, std::string& outcome) {
        asio::co_spawn(loop, std::move(call),
                       [&outcome](std::exception_ptr error, auto&&...) { outcome = text(error); });
    }
    void start(asio::awaitable<void> call, std::string& outcome) {
        asio::co_spawn(loop, std::move(call), [&outcome](std::exception_ptr error) { outcome = text(error); });
    }

    template <class T>
    T result(asio::awaitable<T> call) {
        std::optional<T> value;
        std::exception_ptr failed;
        asio::co_spawn(loop, std::move(call), [&](std::exception_ptr error, T got) {
            failed = error;
            value = std::move(got);
        });
        run();
        if (failed) std::rethrow_exception(failed);
        return std::move(*value);
    }
    void result(asio::awaitable<void> call) {
        std::exception_ptr failed;
        asio::co_spawn(loop, std::move(call), [&](std::exception_ptr error) { failed = error; });
        run();
        if (failed) std::rethrow_exception(failed);
    }

    void run() {
        loop.run();
        loop.restart();
    }

    static std::string text(const std::exception_ptr& error) try {
        if (error) std::rethrow_exception(error);
        return {};
    } catch (const std::exception& failure) {
        return failure.what();
    }
};

}    // namespace

TEST_CASE("what was written is on the disk when the call returns") {
    Fixture f;
    f.result(f.database.write(":1.1", "/vm/u/name", "one"));
    CHECK(read_text(Store{f.scratch / "db.sqlite"}.load().find(Path::parse("/vm/u/name"))) == "one");
    CHECK(f.result(f.database.read(":1.1", "/vm/u/name")) == "one");
    CHECK(f.announced == std::vector<Names>{{"/vm/u/name"}});
}

TEST_CASE("requests of one turn of the loop share one commit, and one that is refused fails alone") {
    Fixture f;
    std::vector<std::string> outcomes(52, "pending");
    for (std::size_t i = 0; i < 50; ++i)
        f.start(f.database.write(":1.1", "/vm/u/" + std::to_string(i), "x"), outcomes[i]);
    f.start(f.database.write(":1.1", "/vm/a\tb", "x"), outcomes[50]);
    f.start(f.database.rm(":1.1", "/vm"), outcomes[51]);
    f.run();
    for (std::size_t i = 0; i < 50; ++i)
        CHECK(outcomes[i].empty());
    CHECK_THAT(outcomes[50], Contains("bad_path") && Contains("/vm/a\\x09b"));
    CHECK_THAT(outcomes[51], Contains("protected_path"));
    CHECK(f.commits.counters().commits == 1);
    CHECK(f.announced.size() == 1);
}

TEST_CASE("a request that changes nothing costs no commit and no news") {
    Fixture f;
    f.result(f.database.write(":1.1", "/a", "x"));
    f.result(f.database.write(":1.1", "/a", "x"));
    f.result(f.database.rm(":1.1", "/absent"));
    CHECK(f.commits.counters().commits == 1);
    CHECK(f.announced.size() == 1);
}

TEST_CASE("a caller sees its own earlier writes in order, others see only what is committed") {
    Fixture f;
    std::string ignored;
    std::string own_before;
    std::string own_after;
    std::string other = "unset";
    const auto keep = [](std::string& into) {
        return [&into](std::exception_ptr, std::string got) { into = std::move(got); };
    };
    f.start(f.database.write(":1.1", "/a", "first"), ignored);
    asio::co_spawn(f.loop, f.database.read(":1.1", "/a"), keep(own_before));
    asio::co_spawn(f.loop, f.database.read(":1.2", "/a"), keep(other));
    f.start(f.database.write(":1.1", "/a", "second"), ignored);
    asio::co_spawn(f.loop, f.database.read(":1.1", "/a"), keep(own_after));
    f.run();
    CHECK(own_before == "first");
    CHECK(own_after == "second");
    CHECK(other.empty());
}

TEST_CASE("when the disk is full every request of the commit fails, nothing is lost, and service goes on") {
    Fixture f;
    f.result(f.database.write(":1.1", "/kept", "value"));
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    const rlimit tight{64 << 10, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
    std::vector<std::string> outcomes(3);
    std::string seen = "unset";
    f.start(f.database.write(":1.1", "/big", std::string(200 << 10, 'x')), outcomes[0]);
    f.start(f.database.write(":1.2", "/small", "y"), outcomes[1]);
    f.start(f.database.rm(":1.3", "/kept"), outcomes[2]);
    asio::co_spawn(f.loop, f.database.read(":1.3", "/kept"),
                   [&](std::exception_ptr error, std::string got) { seen = error ? "failed" : got; });
    f.run();
    for (const std::string& outcome : outcomes)
        CHECK_THAT(outcome, Contains("database_full") && Contains("db.sqlite"));
    CHECK(seen == "value");
    CHECK(f.result(f.database.dump(":1.1", "/")) == "{\n  \"kept\": \"value\"\n}\n");
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    f.result(f.database.write(":1.1", "/again", "z"));
    CHECK(list_names(&Store{f.scratch / "db.sqlite"}.load().root()) == Names{"kept", "again"});
    CHECK(f.commits.counters().failures == 1);
}

TEST_CASE("writes that would damage the frame of the tree are refused") {
    Fixture f;
    f.result(f.database.write(":1.1", "/vm/u/name", "one"));
    f.result(f.database.write(":1.1", "/dom-store/u/x", "1"));
    for (const char* path : {"", "/", "///", "vm", "/vm/"})
        CHECK_THROWS_WITH(f.result(f.database.write(":1.1", path, "x")), Contains("protected_path"));
    for (const char* path : {"", "/", "/vm", "/dom-store"})
        CHECK_THROWS_WITH(f.result(f.database.rm(":1.1", path)), Contains("protected_path"));
    f.result(f.database.rm(":1.1", "/vm/u"));
    f.result(f.database.rm(":1.1", "/vm"));
    CHECK_FALSE(f.result(f.database.exists(":1.1", "/vm")));
}

TEST_CASE("a guest lives below its own node, whatever path it gives") {
    Fixture f;
    f.result(f.database.write("guest", "/../vm/x", "mine"));
    f.result(f.database.write("guest", "vm", "a leaf of its own"));
    f.result(f.database.write(":1.1", "/secret", "host"));
    CHECK(f.result(f.database.read(":1.1", "/dom-store/11111111-2222-3333-4444-555555555555/../vm/x")) == "mine");
    CHECK(f.result(f.database.read("guest", "/../vm/x")) == "mine");
    CHECK(f.result(f.database.read("guest", "/secret")).empty());
    CHECK(f.result(f.database.list("guest", "/")) == Names{"..", "vm"});
    CHECK_FALSE(f.result(f.database.exists("guest", "/dom-store")));
    f.result(f.database.inject("guest", "/in", R"({"x":"1"})"));
    CHECK(f.result(f.database.dump("guest", "in")) == "{\n  \"x\": \"1\"\n}\n");
    CHECK_THROWS_WITH(f.result(f.database.write("guest", "", "x")), Contains("protected_path"));
    CHECK_THROWS_WITH(f.result(f.database.rm("guest", "/")), Contains("protected_path"));
    f.result(f.database.rm("guest", "/in"));
    CHECK_FALSE(f.result(f.database.exists("guest", "/in")));
}

TEST_CASE("what concerns the whole database is for domain 0") {
    Fixture f;
    CHECK_THROWS_WITH(f.result(f.database.import_tree("guest", "{}")), Contains("access_denied"));
    CHECK_THROWS_WITH(f.result(f.database.export_tree("guest")), Contains("access_denied"));
    CHECK_THROWS_WITH(f.result(f.database.write_all("guest", {}, {})), Contains("access_denied"));
    CHECK_THROWS_WITH(f.result(f.database.read("stranger", "/")), Contains("who?"));
}

TEST_CASE("a guest can fill neither memory nor disk") {
    Fixture f;
    CHECK_THROWS_WITH(f.result(f.database.write("guest", "/v", std::string((64 << 10) + 1, 'x'))),
                      Contains("domstore_quota"));
    CHECK_THROWS_WITH(f.result(f.database.inject("guest", "/v", '"' + std::string((64 << 10) + 1, 'x') + '"')),
                      Contains("domstore_quota"));
    const std::string value(64 << 10, 'x');
    for (int i = 0; i < 15; ++i)
        f.result(f.database.write("guest", "/" + std::to_string(i), value));
    CHECK_THROWS_WITH(f.result(f.database.write("guest", "/15", value)),
                      Contains("domstore_quota") && Contains("bytes"));
    CHECK_FALSE(f.result(f.database.exists("guest", "/15")));
    f.result(f.database.rm("guest", "/0"));
    f.result(f.database.write("guest", "/15", value));
    std::string wide = "{";
    for (int i = 0; i < 4096; ++i)
        wide += (i ? ",\"" : "\"") + std::to_string(i) + "\":\"\"";
    CHECK_THROWS_WITH(f.result(f.database.inject("guest", "/wide", wide + "}")),
                      Contains("domstore_quota") && Contains("nodes"));
    CHECK_FALSE(f.result(f.database.exists("guest", "/wide")));
    f.result(f.database.write(":1.1", "/dom-store/other/v", std::string(100 << 10, 'x')));    // domain 0 is not limited
}

TEST_CASE("write_all is one change: removals, then values, or nothing") {
    Fixture f;
    f.result(f.database.write_all(":1.1", {{"/vm/u/a", "1"}, {"/vm/u/b", "2"}}, {}));
    CHECK(f.commits.counters().commits == 1);
    f.result(f.database.write_all(":1.1", {{"/vm/u/b/c", "3"}}, {"/vm/u/a", "/vm/u/b"}));
    CHECK(f.result(f.database.dump(":1.1", "/vm/u")) == "{\n  \"b\": {\n    \"c\": \"3\"\n  }\n}\n");
    CHECK_THROWS_WITH(f.result(f.database.write_all(":1.1", {{"/vm/u/d", "4"}}, {"/vm"})), Contains("protected_path"));
    CHECK_THROWS_WITH(f.result(f.database.write_all(":1.1", {{"/vm/u/d", "4"}, {"/x\n", "5"}}, {})),
                      Contains("bad_path"));
    CHECK(f.result(f.database.list(":1.1", "/vm/u")) == Names{"b"});
}

TEST_CASE("a tree that was exported can be imported") {
    Fixture f;
    f.result(f.database.inject(":1.1", "/", R"({"b":{"x":[1,2]},"a":"1"})"));
    const std::string tree = f.result(f.database.export_tree(":1.1"));
    f.result(f.database.inject(":1.1", "/c", "true"));
    f.result(f.database.import_tree(":1.1", tree));
    CHECK(f.result(f.database.export_tree(":1.1")) == tree);
    CHECK_THROWS_WITH(f.result(f.database.import_tree(":1.1", "[1]")), Contains("root"));
    CHECK(f.announced.back() == Names{"/"});
}

TEST_CASE("binary nodes: bytes for everybody, the file's name for domain 0") {
    Fixture f;
    Fixture* fixture = &f;
    f.result(f.commits.submit("", [](Tree& tree, Changes& changes) {
        Node file{.name = {}, .text = "/config/key", .kind = Kind::binary, .body = new Body};
        file.body->content = "bytes";
        tree.inject(Path::parse(std::string{"/dom-store/"} + guest_uuid + "/key"), std::move(file), changes);
    }));
    const std::string path = std::string{"/dom-store/"} + guest_uuid + "/key";
    CHECK(fixture->result(f.database.read(":1.1", path)) == "file:/config/key");
    CHECK(f.result(f.database.read("guest", "/key")).empty());
    CHECK(f.result(f.database.read_binary("guest", "/key")) == std::vector<std::uint8_t>{'b', 'y', 't', 'e', 's'});
    CHECK_THROWS_WITH(f.result(f.database.read_binary(":1.1", "/absent")), Contains("not_binary"));
    CHECK_THROWS_WITH(f.result(f.database.write("guest", "/key", "x")), Contains("binary_node"));
}

TEST_CASE("a reload takes what is in the file, in turn with the requests") {
    Fixture f;
    f.result(f.database.write(":1.1", "/a", "1"));
    Store{f.scratch / "db.sqlite"}.commit({Row{"/b", 100, Kind::string, "by hand", {}}});
    CHECK_FALSE(f.result(f.database.exists(":1.1", "/b")));
    f.result(f.commits.reload());
    CHECK(f.result(f.database.read(":1.1", "/b")) == "by hand");
    f.result(f.database.write(":1.1", "/c", "3"));
    CHECK(f.result(f.database.list(":1.1", "/")) == Names{"a", "b", "c"});
}

TEST_CASE("a reload of a damaged file keeps what is there") {
    Fixture f;
    f.result(f.database.write(":1.1", "/a", "1"));
    Store{f.scratch / "db.sqlite"}.commit({Row{"/x/y", 100, Kind::string, "orphan", {}}});
    CHECK_THROWS_WITH(f.result(f.commits.reload()), Contains("database_damaged"));
    CHECK(f.result(f.database.read(":1.1", "/a")) == "1");
}

TEST_CASE("drained returns when everything that was asked for is done") {
    Fixture f;
    std::string outcome = "pending";
    std::string seen;
    f.start(f.database.write(":1.1", "/a", "1"), outcome);
    asio::co_spawn(f.loop, f.commits.drained(), [&](std::exception_ptr) { seen = outcome; });
    f.run();
    CHECK(outcome.empty());
    CHECK(seen.empty());
    f.result(f.commits.drained());
}
