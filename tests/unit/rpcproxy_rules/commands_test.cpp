#include "rpcproxy/commands.hpp"

#include "base/files.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace xm;
using namespace xm::rpcproxy;

namespace {

int run(int (*command)(int, char**), std::vector<std::string> words) {
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    return command(static_cast<int>(words.size()), argv.data());
}

class RuleFile {
public:
    explicit RuleFile(const std::string& text) { files::replace(path_, text); }
    ~RuleFile() { std::filesystem::remove(path_); }
    std::string path() const { return path_; }

private:
    std::string path_ = std::filesystem::temp_directory_path() / ("xm-rules-" + std::to_string(getpid()));
};

}    // namespace

TEST_CASE("lint ends with 0 for nothing, 1 for findings, 3 for malformed rules, 2 for no file") {
    CHECK(run(run_lint, {"lint", RuleFile{"deny all\n"}.path() + ".gone"}) == 2);
    CHECK(run(run_lint, {"lint"}) == 2);
    const auto lint_of = [](const char* text) {
        const RuleFile file{text};
        return run(run_lint, {"lint", file.path()});
    };
    CHECK(lint_of("deny all\n") == 0);
    CHECK(lint_of("allow all\n") == 1);
    CHECK(lint_of("allow nothing\n") == 3);
}

TEST_CASE("explain ends with 0 when it has explained, 2 for words that it does not know") {
    const RuleFile file{"allow destination com.x if-boolean p true\n"};
    const auto explain = [&](std::vector<std::string> more) {
        std::vector<std::string> words{"explain", "--rules", file.path(), "--domid", "5"};
        words.insert(words.end(), more.begin(), more.end());
        return run(run_explain, words);
    };
    CHECK(explain({"--property", "p=true", "destination=com.x", "interface=com.x.I", "member=m"}) == 0);
    CHECK(explain({"--direction", "out", "--type-of-message", "signal", "sender=com.x", "arg0=x"}) == 0);
    CHECK(explain({"--stubdom", "unknown", "--uuid", "00000000-0000-0000-0000-000000000001"}) == 0);
    CHECK(explain({"--compat-interface-match", "--request-name", "com.guest", "destination=com.x"}) == 0);
    for (const char* word : {"path=/", "destination", "--color"})
        CHECK(explain({word}) == 2);
    CHECK(explain({"--property", "p"}) == 2);
    CHECK(explain({"--stubdom", "maybe"}) == 2);
    CHECK(explain({"--domid", "x"}) == 2);
    CHECK(explain({"--uuid", "x"}) == 2);
    CHECK(explain({"--direction", "up"}) == 2);
    CHECK(explain({"--type-of-message", "letter"}) == 2);
    CHECK(run(run_explain, {"explain", "destination=com.x"}) == 2);
}
