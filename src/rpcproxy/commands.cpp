#include "rpcproxy/commands.hpp"

#include "base/files.hpp"
#include "base/text.hpp"
#include "rpcproxy/explain.hpp"
#include "rpcproxy/explain_batch.hpp"
#include "rpcproxy/lint.hpp"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <variant>

namespace xm::rpcproxy {
namespace {

enum Exit { done = 0, found = 1, bad_usage = 2, malformed_rules = 3 };

using Words = std::vector<std::string>;

struct Options {
    bool batch = false;
    std::string rules;
    std::string domid, uuid, stubdom = "false", type, name;
    Words properties;    // "p=true"
    std::string direction = "inc";
    std::string kind = "method-call";
    Words fields;    // "destination=com.x"
    bool compat_interface_match = false;
    std::string request_name;
};

constexpr auto usage_of_explain = "usage: rpc-proxy explain --rules FILE [OPTION...] FIELD=VALUE... | --batch";
constexpr auto usage_of_lint = "usage: rpc-proxy lint FILE";

int complain(const std::string& text, const char* usage) {
    std::fprintf(stderr, "rpc-proxy: %s\n%s\n", text.c_str(), usage);
    return bad_usage;
}

// Nothing if the words were understood, else the exit status.
std::optional<int> parse(CLI::App& app, int argc, char** argv, const char* usage) try {
    app.parse(argc, argv);
    return std::nullopt;
} catch (const CLI::Success& help) {
    return app.exit(help);
} catch (const CLI::ParseError& error) {
    return complain(text::escaped(error.what()), usage);
}

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

// The rules of a file, or the exit status after the reason is on stderr.
std::variant<std::vector<Rule>, int> read_rules(const std::string& path, const char* usage) try {
    Parsed parsed = parse_rules(files::read(path), path);
    if (!parsed.error) return std::move(parsed.rules);
    std::fprintf(stderr, "%s\n", to_string(*parsed.error).c_str());
    return malformed_rules;
} catch (const std::exception& error) {
    return complain(error.what(), usage);
}

// --- explain ---------------------------------------------------------------------------------------------------------

void declare(CLI::App& app, Options& options) {
    app.add_flag("--batch", options.batch, "Questions from standard input, one JSON object a line; answers likewise");
    app.add_option("--rules,-r", options.rules, "The file of rules");
    app.add_option("--domid", options.domid, "The guest's domain id");
    app.add_option("--uuid", options.uuid, "The VM's uuid");
    app.add_option("--stubdom", options.stubdom, "Whether it is a stub domain: true, false or unknown")
        ->capture_default_str();
    app.add_option("--type", options.type, "The VM's type");
    app.add_option("--name", options.name, "The VM's name");
    app.add_option("--property", options.properties, "A boolean property of the VM, as name=true or name=false")
        ->allow_extra_args(false);
    app.add_option("--direction", options.direction, "inc: from the guest; out: to it")->capture_default_str();
    app.add_option("--type-of-message", options.kind, "method-call, method-return, error or signal")
        ->capture_default_str();
    app.add_flag("--compat-interface-match", options.compat_interface_match, "The proxy has this option");
    app.add_option("--request-name,-n", options.request_name, "The proxy has this option");
    app.add_option("field", options.fields,
                   "destination=..., interface=..., member=..., sender=..., signature=..., arg0=...");
    app.footer("What is not said is absent or unknown. Exit codes: 2 usage, 3 malformed rules.");
}

// "" if it was understood, else what is wrong with it.
std::string read_facts(const Options& options, Facts& facts) {
    facts.domid = text::parse_number<std::uint32_t>(options.domid);
    if (!facts.domid && !options.domid.empty()) return "--domid needs a number";
    facts.uuid = Uuid::parse(options.uuid);
    if (!facts.uuid && !options.uuid.empty()) return "--uuid needs 8-4-4-4-12 hexadecimal digits";
    if (options.stubdom == "true" || options.stubdom == "false")
        facts.stubdom = options.stubdom == "true";
    else if (options.stubdom != "unknown")
        return "--stubdom needs true, false or unknown";
    if (!options.type.empty()) facts.type = options.type;
    if (!options.name.empty()) facts.name = options.name;
    return {};
}

std::string read_properties(const Options& options, Question& question) {
    for (const std::string& word : options.properties) {
        const auto at = word.find('=');
        const std::string value = at == word.npos ? "" : word.substr(at + 1);
        if (value != "true" && value != "false") return "--property needs name=true or name=false";
        question.properties[word.substr(0, at)] = value == "true";
    }
    return {};
}

std::string read_field(const std::string& word, Question& question, std::optional<std::string>& signature) {
    struct Field {
        std::string_view name;
        std::optional<std::string>* value;
    };
    const Field fields[] = {
        {"destination", &question.destination}, {"interface", &question.interface}, {"member", &question.member},
        {"sender", &question.sender},           {"signature", &signature},          {"arg0", &question.first_argument}};
    const auto at = std::min(word.find('='), word.size());
    for (const Field& field : fields) {
        if (at == word.size() || word.compare(0, at, field.name) != 0) continue;
        *field.value = word.substr(at + 1);
        return {};
    }
    return "'" + text::escaped(word) + "': expected destination=, interface=, member=, sender=, signature= or arg0=";
}

std::string read_question(const Options& options, Question& question) {
    const auto direction = direction_of(options.direction);
    if (!direction) return "--direction needs inc or out";
    const auto kind = kind_of(options.kind);
    if (!kind) return "--type-of-message needs method-call, method-return, error or signal";
    question.direction = *direction;
    question.kind = *kind;
    std::optional<std::string> signature;
    for (const std::string& word : options.fields)
        if (auto wrong = read_field(word, question, signature); !wrong.empty()) return wrong;
    question.signature = signature ? *signature : usual_signature(question);
    if (auto wrong = read_facts(options, question.facts); !wrong.empty()) return wrong;
    return read_properties(options, question);
}

int explain_one(const Options& options) {
    if (options.rules.empty()) return complain("--rules is needed, or --batch", usage_of_explain);
    Question question;
    if (auto wrong = read_question(options, question); !wrong.empty()) return complain(wrong, usage_of_explain);
    auto rules = read_rules(options.rules, usage_of_explain);
    if (const int* status = std::get_if<int>(&rules)) return *status;
    print(explain(
        RuleSet{std::move(std::get<std::vector<Rule>>(rules))}, question,
        {.compat_interface_match = options.compat_interface_match, .gives_names = !options.request_name.empty()}));
    return done;
}

struct Free {
    void operator()(char* text) const { std::free(text); }
};

int explain_many() {
    ExplainBatch batch;
    std::unique_ptr<char, Free> line;
    std::size_t room = 0;
    while (true) {
        char* grown = line.release();
        const ssize_t size = ::getline(&grown, &room, stdin);
        line.reset(grown);
        if (size < 0) return done;
        const auto text = text::trim({grown, static_cast<std::size_t>(size)});
        if (text.empty()) continue;
        print(batch.answer(text) + "\n");
        std::fflush(stdout);    // who asks line by line waits for it
    }
}

}    // namespace

int run_explain(int argc, char** argv) {
    Options options;
    CLI::App app{"What the rules say to one message, and why", "rpc-proxy explain"};
    declare(app, options);
    if (const auto status = parse(app, argc, argv, usage_of_explain)) return *status;
    return options.batch ? explain_many() : explain_one(options);
}

// --- lint ------------------------------------------------------------------------------------------------------------

int run_lint(int argc, char** argv) {
    std::string path;
    CLI::App app{"Rules that never decide, contradict each other, or are not what they look", "rpc-proxy lint"};
    app.add_option("file", path, "The file of rules")->required();
    app.footer("Exit codes: 0 nothing found, 1 something, 2 usage, 3 malformed rules.");
    if (const auto status = parse(app, argc, argv, usage_of_lint)) return *status;
    const auto rules = read_rules(path, usage_of_lint);
    if (const int* status = std::get_if<int>(&rules)) return *status;
    const auto findings = lint(std::get<std::vector<Rule>>(rules));
    for (const Finding& finding : findings)
        print(to_string(finding) + "\n");
    return findings.empty() ? done : found;
}

}    // namespace xm::rpcproxy
