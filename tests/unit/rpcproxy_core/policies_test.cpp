#include "rpcproxy/policies.hpp"

#include "base/failure.hpp"
#include "fakes/scratch_dir.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>

#include <array>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

namespace xm::rpcproxy {
namespace {

namespace asio = boost::asio;

const Uuid web = Uuid::parse("11111111-2222-3333-4444-555555555555").value();
const Uuid mail = Uuid::parse("22222222-2222-3333-4444-555555555555").value();
const std::string nodes = "/vm/web/rpc-firewall-rules/";

// Answers when it is told to, from memory.
class MemorySource final : public VmSource {
public:
    std::map<Uuid, VmProperties> told;
    std::map<Uuid, std::vector<Line>> lines;
    bool database_answers = true;
    std::vector<std::string> asked_for;    // the last time
    int asked = 0;
    std::function<asio::awaitable<void>()> delay;

    asio::awaitable<VmProperties> properties(Uuid vm, std::vector<std::string> names) override {
        asked_for = std::move(names);
        co_return told[vm];
    }
    asio::awaitable<std::optional<std::vector<Line>>> rules(Uuid vm) override {
        ++asked;
        auto answer = database_answers ? std::optional{lines[vm]} : std::nullopt;
        if (delay) co_await delay();
        co_return answer;
    }
};

struct Desk {
    test::ScratchDir scratch;
    asio::io_context loop;
    MemorySource source;
    std::string file = scratch.file("rules");
    Policies policies{loop.get_executor(), file, source, std::chrono::milliseconds{1}};

    explicit Desk(std::string_view rules = "") {
        write(rules);
        policies.load();
    }
    void write(std::string_view rules) const { std::ofstream{file, std::ios::trunc} << rules; }

    void turn() {
        loop.restart();
        loop.run();
    }
    // Who comes; null as long as somebody has to be asked.
    using Coming = std::shared_ptr<std::shared_ptr<const Guest>>;
    Coming comes(std::optional<Uuid> vm) {
        auto coming = std::make_shared<std::shared_ptr<const Guest>>();
        asio::co_spawn(loop, policies.guest(vm),
                       [coming](const std::exception_ptr&, std::shared_ptr<const Guest> guest) { *coming = guest; });
        return coming;
    }
    std::shared_ptr<const Guest> guest(std::optional<Uuid> vm) {
        const Coming coming = comes(vm);
        turn();
        REQUIRE(*coming);
        return *coming;
    }
};

std::vector<std::string> texts(const Guest& guest) {
    std::vector<std::string> texts;
    for (const Rule& rule : guest.rules->set.rules())
        texts.push_back(rule.text);
    return texts;
}

// What the rules say to a call of com.example.Service.
Verdict asked(const Guest& guest, const Uuid& vm, Direction direction = Direction::incoming, bool stubdom = false) {
    constexpr std::array<std::string_view, 1> service{"com.example.Service"};
    Facts facts;
    facts.domid = 5;
    facts.uuid = vm;
    facts.stubdom = stubdom;
    facts.type = guest.properties.type;
    Subject subject{.direction = direction};
    subject.destinations = service;
    subject.interface = "com.example.Face";
    subject.member = "Go";
    return guest.rules->set.judge(subject, facts, guest.properties);
}

bool denies_everything(const Guest& guest, const Uuid& vm) {
    for (const Direction direction : {Direction::incoming, Direction::outgoing})
        for (const bool stubdom : {false, true})
            if (asked(guest, vm, direction, stubdom).allow) return false;
    return true;
}

std::string_view symbol_of(const auto& failing) {
    try {
        failing();
    } catch (const Failure& failure) {
        return failure.info().symbol;
    }
    return "";
}

constexpr std::string_view open_doors =
    "allow all\nallow stubdom true\nallow out-any all\nallow out-any stubdom true\n";

TEST_CASE("the file's rules are for everybody, and shared by who has none of his own") {
    Desk desk{"allow destination com.example.Service # a comment\n"};
    const auto stranger = desk.guest(std::nullopt);
    const auto vm = desk.guest(web);
    CHECK(texts(*stranger) == std::vector<std::string>{"allow destination com.example.Service"});
    CHECK(vm->rules == stranger->rules);
    CHECK(desk.source.asked == 1);
}

TEST_CASE("a file that is not there, or not valid, is an error with its place") {
    Desk desk;
    std::filesystem::remove(desk.file);
    CHECK(symbol_of([&] { desk.policies.load(); }) == errors::io_error.symbol);
    desk.write("allow all\nallow everything\n");
    CHECK(symbol_of([&] { desk.policies.load(); }) == errors::bad_config.symbol);
    CHECK_THROWS_WITH(desk.policies.load(), Catch::Contains(desk.file + ":2:7: "));
    std::filesystem::remove(desk.file);
    std::filesystem::create_directory(desk.file);
    CHECK(symbol_of([&] { desk.policies.load(); }) == errors::io_error.symbol);
}

TEST_CASE("a file that is read again counts for open guests; a bad one changes nothing") {
    Desk desk{"allow all\n"};
    const auto vm = desk.guest(web);
    desk.write("deny all\nallow everything\n");
    CHECK_FALSE(desk.policies.reload());
    CHECK(asked(*vm, web).allow);
    desk.write("deny all\n");
    CHECK(desk.policies.reload());
    CHECK_FALSE(asked(*vm, web).allow);
    CHECK_FALSE(asked(*desk.guest(std::nullopt), web).allow);
}

TEST_CASE("a VM's own rules stand behind the file's, in their order, and are its alone") {
    Desk desk{"deny all\n"};
    desk.source.lines[web] = {{nodes + "0", "deny member Go"}, {nodes + "1", "allow destination com.example.Service"}};
    const auto vm = desk.guest(web);
    CHECK(texts(*vm) ==
          std::vector<std::string>{"deny all", "deny member Go", "allow destination com.example.Service"});
    CHECK(asked(*vm, web).allow);
    CHECK(asked(*vm, web).rule->origin.file == nodes + "1");
    CHECK_FALSE(asked(*vm, mail).allow);
    CHECK(texts(*desk.guest(mail)) == std::vector<std::string>{"deny all"});
}

TEST_CASE("a VM's own rules stay behind the file's when that is read again") {
    Desk desk{"deny all\n"};
    desk.source.lines[web] = {{nodes + "0", "allow all"}};
    const auto vm = desk.guest(web);
    desk.write("deny all\ndeny member Go\n");
    CHECK(desk.policies.reload());
    CHECK(texts(*vm) == std::vector<std::string>{"deny all", "deny member Go", "allow all"});
}

TEST_CASE("of a VM's own rules, one that is not valid and begins with allow is left out") {
    Desk desk;
    desk.source.lines[web] = {{nodes + "0", "allow everything"}, {nodes + "1", "allow all"}};
    const auto vm = desk.guest(web);
    CHECK(texts(*vm) == std::vector<std::string>{"allow all"});
    CHECK(asked(*vm, web).allow);
}

TEST_CASE("any other that is not valid denies its VM everything, until it is mended") {
    const char* wrong = GENERATE("deny everything", "dney all", "allowed all", "allow all\ndeny member Go");
    Desk desk{open_doors};
    desk.source.lines[web] = {{nodes + "0", wrong}};
    const auto vm = desk.guest(web);
    INFO(wrong);
    CHECK(denies_everything(*vm, web));
    CHECK(asked(*vm, mail).allow);
    desk.source.lines[web] = {};
    desk.policies.vm_changed(web);
    desk.turn();
    CHECK(asked(*vm, web).allow);
}

TEST_CASE("a database that does not answer may hold rules that deny: nothing passes until it does") {
    Desk desk{open_doors};
    desk.source.database_answers = false;
    const auto vm = desk.guest(web);
    CHECK(denies_everything(*vm, web));
    desk.source.database_answers = true;
    desk.policies.all_changed();
    desk.turn();
    CHECK(asked(*vm, web).allow);
}

TEST_CASE("a property that changes reaches guests that are here") {
    Desk desk{"allow if-boolean open true"};
    const auto vm = desk.guest(web);
    CHECK_FALSE(asked(*vm, web).allow);
    const auto version = vm->version;
    desk.source.told[web].booleans["open"] = true;
    desk.policies.vm_changed(web);
    desk.turn();
    CHECK(asked(*vm, web).allow);
    CHECK(vm->version != version);
}

TEST_CASE("a manager is only asked for properties that rules name") {
    Desk desk{"allow if-boolean open true\nallow dom-type svm"};
    desk.guest(web);
    CHECK(desk.source.asked_for == std::vector<std::string>{"open", "type"});
    desk.source.lines[mail] = {{"x", "allow if-boolean closed false"}, {"y", "allow dom-name post"}};
    desk.guest(mail);
    CHECK(desk.source.asked_for == std::vector<std::string>{"closed", "name", "open", "type"});
    Desk plain{"allow all"};
    plain.guest(web);
    CHECK(plain.source.asked_for.empty());
}

TEST_CASE("rules that name other properties than before have them asked for") {
    Desk desk{"allow all"};
    desk.source.told[web].booleans["open"] = true;
    const auto vm = desk.guest(web);
    desk.write("allow if-boolean open true");
    CHECK(desk.policies.reload());
    desk.turn();
    CHECK(asked(*vm, web).allow);
    const auto other = desk.guest(mail);
    desk.source.told[mail].booleans["late"] = true;
    desk.policies.add_rule("allow if-boolean late true");
    desk.turn();
    CHECK(asked(*other, mail).allow);
}

TEST_CASE("without a bus, nothing is known of any VM, and who comes later is asked about again") {
    Desk desk{"allow dom-type svm"};
    desk.source.told[web].type = "svm";
    const auto vm = desk.guest(web);
    CHECK(asked(*vm, web).allow);
    desk.policies.nothing_is_known();
    CHECK_FALSE(asked(*vm, web).allow);
    CHECK(desk.guest(web) == vm);
    CHECK(asked(*vm, web).allow);
    CHECK(desk.source.asked == 2);
}

// Answers of a database that are under way, each let go by a test.
struct UnderWay {
    explicit UnderWay(Desk& desk) : desk_{desk} {
        desk.source.delay = [this]() -> asio::awaitable<void> {
            auto& timer = *waiting_.emplace_back(std::make_unique<asio::steady_timer>(desk_.loop));
            timer.expires_at(asio::steady_timer::time_point::max());
            boost::system::error_code cancelled;
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        };
    }
    std::size_t count() {
        desk_.loop.restart();
        desk_.loop.poll();
        return waiting_.size();
    }
    void arrives(std::size_t which) {
        waiting_.at(which)->cancel();
        desk_.loop.restart();
        desk_.loop.poll();
    }

private:
    Desk& desk_;
    std::vector<std::unique_ptr<asio::steady_timer>> waiting_;
};

TEST_CASE("two who come at once from one VM both get their rules") {
    Desk desk{"allow all"};
    UnderWay answers{desk};
    const auto one = desk.comes(web);
    const auto other = desk.comes(web);
    REQUIRE(answers.count() == 2);
    answers.arrives(0);
    REQUIRE(*one);
    CHECK((*one)->rules);
    answers.arrives(1);
    REQUIRE(*other);
    CHECK(*one == *other);
    CHECK(asked(**other, web).allow);
}

TEST_CASE("an answer that was asked for earlier does not replace a later one") {
    Desk desk{"deny all"};
    const auto vm = desk.guest(web);
    UnderWay answers{desk};
    desk.source.lines[web] = {{nodes + "0", "allow all"}};
    desk.policies.vm_changed(web);
    REQUIRE(answers.count() == 1);
    desk.source.lines[web] = {};
    desk.policies.vm_changed(web);
    REQUIRE(answers.count() == 2);
    answers.arrives(1);
    CHECK_FALSE(asked(*vm, web).allow);
    answers.arrives(0);
    CHECK_FALSE(asked(*vm, web).allow);
}

TEST_CASE("who came before the bus went away, and was not answered by then, is asked about again") {
    Desk desk{"allow all"};
    UnderWay answers{desk};
    desk.source.lines[web] = {{nodes + "0", "deny all"}};
    const auto coming = desk.comes(web);
    REQUIRE(answers.count() == 1);
    desk.policies.nothing_is_known();
    answers.arrives(0);
    CHECK_FALSE(*coming);
    REQUIRE(answers.count() == 2);
    answers.arrives(1);
    REQUIRE(*coming);
    CHECK_FALSE(asked(**coming, web).allow);
}

TEST_CASE("a VM that nobody asks about any more is forgotten") {
    Desk desk;
    auto vm = desk.guest(web);
    const std::weak_ptr<const Guest> remembered = vm;
    vm.reset();
    desk.policies.all_changed();
    desk.turn();
    CHECK(remembered.expired());
    CHECK(desk.source.asked == 1);
}

TEST_CASE("a rule can be added behind the file's until the process ends, and deleted by its text") {
    Desk desk{"deny all\n"};
    const auto vm = desk.guest(web);
    desk.policies.add_rule("  allow destination com.example.Service  # for a while");
    CHECK(asked(*vm, web).allow);
    CHECK(desk.policies.reload());
    CHECK(asked(*vm, web).allow);
    CHECK(symbol_of([&] { desk.policies.delete_rule("allow all"); }) == errors::no_such_rule.symbol);
    CHECK(symbol_of([&] { desk.policies.delete_rule("deny all"); }) == errors::no_such_rule.symbol);
    desk.policies.delete_rule("allow destination com.example.Service ");
    CHECK_FALSE(asked(*vm, web).allow);
    CHECK(symbol_of([&] { desk.policies.add_rule("allow everything"); }) == errors::rule_parse_error.symbol);
    CHECK(texts(*vm) == std::vector<std::string>{"deny all"});
}

TEST_CASE("each rule counts what it decides: the file's for all VMs together, a VM's own for itself") {
    Desk desk{"allow member Go\nallow member Stop\n"};
    desk.source.lines[web] = {{nodes + "0", "deny member Go"}};
    const auto one = desk.guest(web);
    const auto other = desk.guest(mail);
    one->rules->count({.allow = true, .rule = &one->rules->set.rules()[1], .position = 1});
    other->rules->count({.allow = true, .rule = &other->rules->set.rules()[1], .position = 1});
    one->rules->count({.rule = &one->rules->set.rules()[2], .position = 2});
    one->rules->count({.reason = "no rule matches"});
    const Rules& file = desk.policies.file_rules();
    REQUIRE(file.counters.size() == 3);
    CHECK(file.counters[0].hits == 0);
    CHECK(file.counters[0].last_us == 0);
    CHECK(file.counters[1].hits == 2);
    CHECK(file.counters[1].last_us > 0);
    CHECK(file.counters[2].hits == 1);
    CHECK(one->rules->counters[2].hits == 1);
}

}    // namespace
}    // namespace xm::rpcproxy
