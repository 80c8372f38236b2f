#include "guestbus/settings.hpp"

#include <getopt.h>
#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace xm::guestbus {
namespace {

struct Outcome {
    std::optional<Settings> settings;
    int exit_code = 0;
};

Outcome read(std::vector<std::string> words) {
    std::vector<char*> argv{const_cast<char*>("xenmgr-guest-bus")};
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    ::optind = 0;
    ::opterr = 0;
    Outcome outcome;
    outcome.settings = read_settings(static_cast<int>(argv.size()) - 1, argv.data(), outcome.exit_code);
    return outcome;
}

}    // namespace

TEST_CASE("without options the socket is where the manual says, and for all") {
    const auto [settings, code] = read({});
    REQUIRE(settings);
    CHECK(settings->socket == "/run/xenmgr/bus");
    CHECK(settings->mode == 0666);
}

TEST_CASE("options say where the socket is, and whose") {
    const auto [settings, code] = read({"--socket", "/tmp/bus", "-m", "600"});
    REQUIRE(settings);
    CHECK(settings->socket == "/tmp/bus");
    CHECK(settings->mode == 0600);
}

TEST_CASE("what makes no sense is bad usage") {
    const std::vector<std::vector<std::string>> rows = {{"--mode", "999"},
                                                        {"--mode", ""},
                                                        {"--mode", "1777"},
                                                        {"--socket", ""},
                                                        {"--socket", std::string(200, 'x')},
                                                        {"--socket"},
                                                        {"--nonsense"},
                                                        {"word"}};
    for (const auto& row : rows) {
        const auto [settings, code] = read(row);
        CHECK_FALSE(settings);
        CHECK(code == 2);
    }
}

}    // namespace xm::guestbus
