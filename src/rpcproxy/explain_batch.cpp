#include "rpcproxy/explain_batch.hpp"

#include "rpcproxy/question.hpp"

#include <nlohmann/json.hpp>

#include <limits>
#include <utility>

namespace xm::rpcproxy {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_cached = 64;

// A value that is there and of the right kind.
const Json* find(const Json& object, const char* key) {
    const auto at = object.is_object() ? object.find(key) : object.end();
    return at == object.end() || at->is_null() ? nullptr : &*at;
}

const std::string* find_text(const Json& object, const char* key) {
    const Json* value = find(object, key);
    return value && value->is_string() ? &value->get_ref<const std::string&>() : nullptr;
}

std::optional<std::string> text_of(const Json& object, const char* key) {
    const std::string* text = find_text(object, key);
    return text ? std::optional{*text} : std::nullopt;
}

std::optional<bool> boolean_of(const Json& object, const char* key) {
    const Json* value = find(object, key);
    return value && value->is_boolean() ? std::optional{value->get<bool>()} : std::nullopt;
}

std::optional<std::uint32_t> domid_of(const Json& facts) {
    const Json* value = find(facts, "domid");
    if (!value || !value->is_number_unsigned()) return std::nullopt;
    const auto number = value->get<std::uint64_t>();
    if (number > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
    return static_cast<std::uint32_t>(number);
}

Facts facts_of(const Json& facts) {
    const std::string* uuid = find_text(facts, "uuid");
    return {.domid = domid_of(facts),
            .uuid = uuid ? Uuid::parse(*uuid) : std::nullopt,
            .stubdom = boolean_of(facts, "stubdom"),
            .type = text_of(facts, "type"),
            .name = text_of(facts, "name")};
}

std::optional<std::string> first_argument_of(const Json& message) {
    const Json* args = find(message, "args");
    if (!args || !args->is_array() || args->empty() || !args->front().is_string()) return std::nullopt;
    return args->front().get<std::string>();
}

void read_message(const Json& message, Question& question) {
    question.destination = text_of(message, "destination");
    question.interface = text_of(message, "interface");
    question.member = text_of(message, "member");
    question.sender = text_of(message, "sender");
    question.signature = text_of(message, "signature").value_or("");
    question.first_argument = first_argument_of(message);
}

void read_properties(const Json& properties, Question& question) {
    if (!properties.is_object()) return;
    for (const auto& [name, value] : properties.items())
        if (value.is_boolean()) question.properties.emplace(name, value.get<bool>());
}

// What every question must have; `wrong` says what it has not.
struct Input {
    const std::string* rules = nullptr;
    const Json* message = nullptr;
    std::optional<Direction> direction{};
    const std::string* type = nullptr;
    const char* wrong = nullptr;
};

Input input_of(const Json& json) {
    Input input;
    if (!json.is_object()) return input.wrong = "not a JSON object", input;
    input.rules = find_text(json, "rules");
    if (const std::string* direction = find_text(json, "direction")) input.direction = direction_of(*direction);
    input.message = find(json, "message");
    if (input.message) input.type = find_text(*input.message, "type");
    if (!input.rules) input.wrong = "rules must be a string";
    if (!input.direction) input.wrong = "direction must be inc or out";
    if (!input.type) input.wrong = "message must be an object with a type";
    return input;
}

Verdict verdict_on(const RuleSet& rules, const Input& input, const Json& json) {
    const auto kind = kind_of(*input.type);
    if (!kind) return {};    // no rule is about it
    Question question;
    question.direction = *input.direction;
    question.kind = *kind;
    read_message(*input.message, question);
    if (const Json* facts = find(json, "facts")) question.facts = facts_of(*facts);
    if (const Json* properties = find(json, "properties")) read_properties(*properties, question);
    return judge(rules, question);
}

}    // namespace

std::string ExplainBatch::answer(std::string_view line) {
    const Json json = Json::parse(line, nullptr, false);
    const Input input = input_of(json);
    const Json* id = find(json, "id");
    Json answer{{"id", id ? *id : Json{}}};
    if (input.wrong) {
        answer.update({{"verdict", "error"}, {"line", 0}, {"reason", input.wrong}});
        return answer.dump();
    }
    const Compiled& set = compiled(*input.rules);
    if (set.malformed_line != 0) {
        answer.update({{"verdict", "error"}, {"line", set.malformed_line}});
        return answer.dump();
    }
    const Verdict verdict = verdict_on(set.rules, input, json);
    answer["verdict"] = verdict.allow ? "allow" : "deny";
    answer["rule"] = verdict.rule ? Json(verdict.rule->origin.line) : Json{};
    return answer.dump();
}

const ExplainBatch::Compiled& ExplainBatch::compiled(const std::string& rules) {
    if (const auto at = cache_.find(rules); at != cache_.end()) return *at->second;
    if (cache_.size() >= most_cached) cache_.clear();
    Parsed parsed = parse_rules(rules, "rules");
    auto made = std::make_unique<Compiled>();
    if (parsed.error) made->malformed_line = parsed.error->origin.line;
    made->rules = RuleSet{std::move(parsed.rules)};
    return *cache_.emplace(rules, std::move(made)).first->second;
}

}    // namespace xm::rpcproxy
