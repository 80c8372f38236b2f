// Monitors that are forks of one launcher: what holds when that one dies, hangs or is out of date.

#include "connect/monitor_launcher.hpp"
#include "yard.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace xm;
using test::Yard;
using namespace std::chrono_literals;

namespace {

struct Launchers : Yard {
    connect::MonitorLauncher launcher;
    std::filesystem::path program = XENVM_PROGRAM;

    connect::MonitorCommand command(const Uuid& id) const {
        return {
            .program = program,
            .arguments = {"--uuid", id.text(), "--monitor-dbus", "false", "--monitor-json", "true", "--engine", "sim"},
            .socket_directory = dir.path()};
    }
    awaitable<int> started(Uuid id, std::chrono::milliseconds limit) {
        co_await launcher.run(id, command(id), limit);
        co_return 0;
    }
    void launch(const Uuid& id) { run(started(id, test::patience)); }

    model::MonitorFacts attached(const Uuid& id) {
        const auto facts = run(monitors->attach(id, test::patience));
        pids.push_back(facts.pid);
        return facts;
    }
};

std::string text_of(const std::string& file) {
    std::ifstream stream{file};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

pid_t parent_of(std::int64_t pid) {
    std::istringstream stat{text_of(fmt::format("/proc/{}/stat", pid))};
    std::string id, name, state;
    pid_t parent = 0;
    stat >> id >> name >> state >> parent;
    return parent;
}

}    // namespace

TEST_CASE("monitors are forks of one process and show their own command lines") {
    Launchers yard;
    yard.launch(Yard::uuid(1));
    yard.launch(Yard::uuid(2));
    const auto first = yard.attached(Yard::uuid(1)), second = yard.attached(Yard::uuid(2));
    CHECK(parent_of(first.pid) == parent_of(second.pid));
    CHECK(text_of(fmt::format("/proc/{}/cmdline", second.pid)).find(Yard::uuid(2).text()) != std::string::npos);
    yard.start(Yard::uuid(2));
    CHECK(yard.facts(Yard::uuid(2)).state == model::VmState::running);
}

TEST_CASE("what a monitor ends with arrives as if it had been started alone") {
    Launchers yard;
    yard.launch(Yard::uuid(1));
    yard.attached(Yard::uuid(1));
    CHECK(yard.failure_of(yard.started(Yard::uuid(1), test::patience)) == "monitor_exists");
}

TEST_CASE("a launcher that was killed is replaced") {
    Launchers yard;
    yard.launch(Yard::uuid(1));
    ::kill(parent_of(yard.attached(Yard::uuid(1)).pid), SIGKILL);
    yard.launch(Yard::uuid(2));
    CHECK(yard.attached(Yard::uuid(2)).state == model::VmState::shutdown);
    CHECK(yard.facts(Yard::uuid(1)).state == model::VmState::shutdown);
}

TEST_CASE("a launcher that hangs costs one start its deadline, no more") {
    Launchers yard;
    yard.launch(Yard::uuid(1));
    ::kill(parent_of(yard.attached(Yard::uuid(1)).pid), SIGSTOP);
    CHECK(yard.failure_of(yard.started(Yard::uuid(2), 200ms)) == "monitor_timeout");
    yard.launch(Yard::uuid(2));
    yard.attached(Yard::uuid(2));
}

TEST_CASE("a program that was replaced is loaded anew") {
    Launchers yard;
    yard.program = yard.dir.path() / "xenvm";
    std::filesystem::copy_file(XENVM_PROGRAM, yard.program);
    yard.launch(Yard::uuid(1));
    const auto before = parent_of(yard.attached(Yard::uuid(1)).pid);
    std::filesystem::remove(yard.program);
    std::filesystem::copy_file(XENVM_PROGRAM, yard.program);
    yard.launch(Yard::uuid(2));
    CHECK(parent_of(yard.attached(Yard::uuid(2)).pid) != before);
}

TEST_CASE("a program that is no launcher fails as it does alone") {
    Launchers yard;
    yard.program = "/bin/false";
    CHECK(yard.failure_of(yard.started(Yard::uuid(1), test::patience)) == "monitor_exists");
}
