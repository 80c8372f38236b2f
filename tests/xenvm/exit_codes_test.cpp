// The program's exit codes, as its starter sees them.
#include "connect/monitor_process.hpp"
#include "yard.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <fstream>

using namespace xm;
using test::Yard;
using namespace std::chrono_literals;

namespace {

boost::asio::awaitable<bool> start(const Yard& yard, StringList arguments) {
    for (const char* option : {"--monitor-dbus", "false", "--monitor-json", "true", "--engine", "sim"})
        arguments.emplace_back(option);
    connect::MonitorCommand command{
        .program = XENVM_PROGRAM, .arguments = std::move(arguments), .socket_directory = yard.dir.path()};
    co_await connect::run_monitor(Yard::uuid(1), std::move(command), test::patience);
    co_return true;
}

std::string config(const Yard& yard, const std::string& text) {
    const std::string path = yard.dir.file("vm.conf");
    std::ofstream{path} << text;
    return path;
}

}    // namespace

TEST_CASE("without a uuid, or with a bad command line, the program ends with 3") {
    Yard yard;
    CHECK(yard.failure_of(start(yard, {})) == "bad_config");
    CHECK(yard.failure_of(start(yard, {"--uuid", "x"})) == "bad_config");
    CHECK(yard.failure_of(start(yard, {"--no-such-option"})) == "bad_config");
    CHECK(yard.failure_of(start(yard, {"--config", "/nonexistent"})) == "bad_config");
}

TEST_CASE("a mistake in the configuration is fatal only in strict mode") {
    Yard yard;
    const std::string path =
        config(yard, "uuid=" + Yard::uuid(1).text() + "\nhvm=1\nmemory=64\nbogus=1\nstartup=paused\n");
    CHECK(yard.failure_of(start(yard, {"--strict-config", "--config", path})) == "bad_config");
    CHECK(yard.failure_of(start(yard, {path})) == "");
    yard.pids.push_back(yard.facts(Yard::uuid(1)).pid);
    CHECK(yard.until([&] { return yard.call(Yard::uuid(1), "get-status") == "created"; }));
}

TEST_CASE("a restart reads the configuration again") {
    Yard yard;
    const Uuid id = Yard::uuid(1);
    const std::string head = "uuid=" + id.text() + "\nhvm=1\nstartup=shutdown\n";
    const std::string path = config(yard, head + "memory=64\n");
    yard.run(start(yard, {path}));
    yard.pids.push_back(yard.facts(id).pid);
    config(yard, head + "memory=128\n");
    yard.call(id, "start");
    CHECK(yard.facts(id).memory_kib == 128 * 1024);
}

TEST_CASE("the run directory and the socket are closed to strangers") {
    Yard yard;
    std::filesystem::remove_all(yard.dir.path());
    const Uuid id = Yard::uuid(1);
    yard.launch(id);
    const auto mode = [](const std::filesystem::path& path) {
        struct stat info{};
        CHECK(::stat(path.c_str(), &info) == 0);
        return info.st_mode & 0777;
    };
    CHECK((mode(yard.dir.path()) & 0007) == 0);
    CHECK(mode(yard.dir.path() / ("vm-" + id.text())) == 0600);
}

TEST_CASE("a program that does not exist is a failure, not a hang") {
    Yard yard;
    connect::UnixMonitors monitors{yard.loop.get_executor(),
                                   {.directory = yard.dir.path(), .program = "/nonexistent/xenvm", .options = {}}};
    CHECK(yard.failure_of(monitors.launch(Yard::uuid(1), false, test::patience)) == "monitor_failed");
}

TEST_CASE("a program that never gets ready is killed at the deadline") {
    Yard yard;
    const connect::MonitorCommand sleeper{.program = "/usr/bin/sleep", .arguments = {"1000"}, .socket_directory = "/"};
    const auto operation = [](connect::MonitorCommand command) -> boost::asio::awaitable<bool> {
        co_await connect::run_monitor(Yard::uuid(1), std::move(command), 200ms);
        co_return true;
    };
    CHECK(yard.failure_of(operation(sleeper)) == "monitor_timeout");
}
