#include "xec/options.hpp"

#include "base/failure.hpp"

#include <catch2/catch.hpp>

using namespace xm;
using namespace xm::xec;

namespace {

Options parsed(std::vector<const char*> arguments) { return parse_options(arguments, xec_options()); }
Options parsed_vm(std::vector<const char*> arguments) { return parse_options(arguments, vm_options(), xec_options()); }

}    // namespace

TEST_CASE("options have a short and a long form, with or without an equals sign") {
    for (const auto& options : {parsed({"-s", "a.b"}), parsed({"--service", "a.b"}), parsed({"--service=a.b"})})
        CHECK(options.service == "a.b");
    CHECK(parsed({"--service="}).service == "");
    CHECK(parsed({"-q", "--session", "--json", "--raw"}).session);
}

TEST_CASE("options end at the first word that is none") {
    const auto options = parsed({"-q", "set", "name", "-o", "--json"});
    CHECK(options.words == Words{"set", "name", "-o", "--json"});
    CHECK_FALSE(options.json);
    CHECK(parsed({"--", "--json"}).words == Words{"--json"});
}

TEST_CASE("of a repeated option the first counts") {
    CHECK(parsed({"-o", "/a", "--object", "/b"}).object == "/a");
    CHECK(parsed({"-x", "p", "1", "-x", "p", "2"}).set == PropertyValue{"p", "1"});
}

TEST_CASE("an option without its argument ends the parsing as if it were absent") {
    CHECK_FALSE(parsed({"-q", "-s"}).service);
    CHECK(requested(parsed({"-s"})) == Words{""});
    CHECK_FALSE(parsed({"-x", "p"}).set);
    CHECK_FALSE(parsed({"--set=p"}).set);
}

TEST_CASE("an unknown option is refused") { CHECK_THROWS_AS(parsed({"--frob", "start"}), Failure); }

TEST_CASE("listings go before get, get before set, set before words") {
    CHECK(requested(parsed({"-g", "p", "--list-methods", "--list-interfaces"})) == Words{"--list-interfaces"});
    CHECK(requested(parsed({"--list-properties", "--list-methods"})) == Words{"--list-methods"});
    CHECK(requested(parsed({"-x", "p", "v", "-g", "p", "start"})) == Words{"get", "p"});
    CHECK(requested(parsed({"-x", "p", "v", "start"})) == Words{"set", "p", "v"});
    CHECK(requested(parsed({"start", "now"})) == Words{"start", "now"});
    CHECK(requested(parsed({})) == Words{""});
}

TEST_CASE("--wait may name a state after an equals sign, and takes no word otherwise") {
    const auto bare = parsed({"--wait", "start"});
    CHECK(bare.wait == "");
    CHECK(bare.words == Words{"start"});
    CHECK(parsed({"--wait=paused", "start"}).wait == "paused");
}

TEST_CASE("the timeout is a positive number of seconds, 120 unless given") {
    using namespace std::chrono_literals;
    CHECK(timeout_of(parsed({})) == 120s);
    CHECK(timeout_of(parsed({"--timeout", "0.25"})) == 250ms);
    for (const auto* text : {"0", "-1", "x", "", "1s", "nan", "inf", "1e99"}) {
        INFO(text);
        CHECK_THROWS_AS(timeout_of(parsed({"--timeout", text})), Failure);
    }
}

TEST_CASE("xec-vm selects by its own options and passes xec's on") {
    const auto options = parsed_vm({"-n", "win7", "-i", "a.b", "--path", "/vm/1", "-k", "0", "--json", "get", "-n"});
    CHECK(options.vm_name == "win7");
    CHECK(options.vm_object == "/vm/1");
    CHECK(options.disk == "0");
    CHECK(options.interface == "a.b");
    CHECK_FALSE(options.object);
    CHECK(options.words == Words{"get", "-n"});
}

TEST_CASE("the help names every option once, aligned") {
    const auto help = options_help(xec_options(), vm_options());
    for (const auto& row : xec_options()) {
        INFO(row.long_name);
        CHECK((help.find(row.long_name) != std::string::npos) == (row.long_name != "--object"));
    }
    CHECK(help.find("  -s, --service NAME           bus name") != std::string::npos);
    CHECK(help.find("      --wait[=STATE]           after a call") != std::string::npos);
}
