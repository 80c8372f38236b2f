#include "rpcproxy/rules.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr std::uint32_t highest_domid = 0x7fef;    // xen/include/public/xen.h: DOMID_FIRST_RESERVED is 0x7FF0
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

struct Word {
    std::string_view text;
    std::size_t column = 0;    // from 1
};

struct Problem {
    std::size_t column = 0;    // 0: there is none
    std::string reason;
    explicit operator bool() const { return column != 0; }
};

std::string quoted(std::string_view word) { return "'" + text::escaped(word, 60) + "'"; }

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool goes_on_a_word(char c) { return is_letter_or_digit(c) || c == '_' || c == '.' || c == '-'; }

// --- characters ------------------------------------------------------------------------------------------------------

// Bytes that have no place in a rule file, not even in a comment.
Problem find_bad_byte(std::string_view line) {
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto byte = static_cast<unsigned char>(line[i]);
        if (line.substr(i).starts_with(byte_order_mark)) return {i + 1, "a byte order mark; save as plain ASCII"};
        if (byte == 0) return {i + 1, "a NUL byte; rules are plain ASCII text"};
        if (byte == '\r') return {i + 1, "a carriage return; end lines with a line feed alone"};
        if (byte > 0x7e) return {i + 1, fmt::format("byte {:#04x} is not ASCII; rules are plain ASCII text", byte)};
        if (byte < 0x20 && byte != '\t') return {i + 1, fmt::format("control character {:#04x}; remove it", byte)};
    }
    return {};
}

std::string reason_against(char c, std::string_view word) {
    if (c == '"' || c == '\'') return "quotes are not part of the grammar; write the word without them";
    if (c == '*' || c == '?') return "there are no wildcards; leave the specifier out, or write one rule a name";
    if (c == ':')
        return quoted(word) + " is the unique name of a connection, which no rule can know; write the service's name";
    return fmt::format("{} in a word; words are letters, digits, '_', '.', '-', and begin with a letter or digit",
                       quoted(std::string_view{&c, 1}));
}

Problem find_bad_character(const Word& word) {
    if (!is_letter_or_digit(word.text.front())) return {word.column, reason_against(word.text.front(), word.text)};
    for (std::size_t i = 1; i < word.text.size(); ++i)
        if (!goes_on_a_word(word.text[i])) return {word.column + i, reason_against(word.text[i], word.text)};
    return {};
}

// What stands between blanks, up to a comment.
std::vector<Word> words_of(std::string_view line) {
    constexpr std::string_view blanks = " \t";
    line = line.substr(0, line.find('#'));
    std::vector<Word> words;
    for (std::size_t at = 0; (at = line.find_first_not_of(blanks, at)) != line.npos;) {
        const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
        words.push_back({line.substr(at, end - at), at + 1});
        at = end;
    }
    return words;
}

// --- the language ----------------------------------------------------------------------------------------------------

struct SubjectName {
    std::string_view name;
    Direction direction;
    std::optional<Kind> kind;
};

// clang-format off
constexpr SubjectName subjects[] = {
    {"inc-any",           Direction::incoming, std::nullopt},
    {"inc-method-call",   Direction::incoming, Kind::method_call},
    {"inc-method-return", Direction::incoming, Kind::method_return},
    {"inc-error",         Direction::incoming, Kind::error},
    {"inc-signal",        Direction::incoming, Kind::signal},
    {"out-any",           Direction::outgoing, std::nullopt},
    {"out-method-call",   Direction::outgoing, Kind::method_call},
    {"out-method-return", Direction::outgoing, Kind::method_return},
    {"out-error",         Direction::outgoing, Kind::error},
    {"out-signal",        Direction::outgoing, Kind::signal},
};
// clang-format on

std::optional<bool> read_boolean(std::string_view word) {
    if (word == "true") return true;
    if (word == "false") return false;
    return std::nullopt;
}

template <std::optional<std::string> Rule::* field>
bool read_word(Rule& rule, std::string_view word) {
    rule.*field = std::string{word};
    return true;
}

bool read_uuid(Rule& rule, std::string_view word) { return (rule.dom_uuid = Uuid::parse(word)).has_value(); }

bool read_domid(Rule& rule, std::string_view word) {
    rule.dom_id = text::parse_number<std::uint32_t>(word);
    return rule.dom_id && *rule.dom_id <= highest_domid;
}

bool read_stubdom(Rule& rule, std::string_view word) { return (rule.stubdom = read_boolean(word)).has_value(); }

struct Specifier {
    std::string_view name;
    std::string_view value;    // what it needs, in words
    bool (*read)(Rule&, std::string_view word);
};

// clang-format off
constexpr Specifier specifiers[] = {
    {"destination", "a bus name",                               read_word<&Rule::destination>},
    {"interface",   "an interface name",                        read_word<&Rule::interface>},
    {"member",      "the name of a method or signal",           read_word<&Rule::member>},
    {"sender",      "a bus name",                               read_word<&Rule::sender>},
    {"dom-uuid",    "a uuid (8-4-4-4-12 hexadecimal digits)",   read_uuid},
    {"dom-id",      "a domain id from 0 to 32751",              read_domid},
    {"dom-type",    "the type of a VM",                         read_word<&Rule::dom_type>},
    {"dom-name",    "the name of a VM",                         read_word<&Rule::dom_name>},
    {"stubdom",     "true or false",                            read_stubdom},
};
// clang-format on

constexpr std::string_view condition_name = "if-boolean";
constexpr std::string_view expected_specifiers =
    "destination, interface, member, sender, dom-uuid, dom-id, dom-type, dom-name, stubdom or if-boolean";
constexpr std::string_view expected_subjects = "inc- or out-, then any, method-call, method-return, error or signal";

template <class Row, std::size_t n>
const Row* find_row(const Row (&rows)[n], std::string_view name) {
    const auto* row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.name == name; });
    return row == std::end(rows) ? nullptr : row;
}

// --- one line --------------------------------------------------------------------------------------------------------

// Reads the words of one rule from left to right; stops at the first that cannot be.
class LineReader {
public:
    explicit LineReader(const std::vector<Word>& words) : words_{words} {}

    Problem read(Rule& rule) {
        if (auto bad = find_bad_characters()) return bad;
        if (auto bad = read_verdict(rule)) return bad;
        read_subject(rule);
        if (here("all")) return read_end_after_all();
        while (at_ < words_.size())
            if (auto bad = read_specifier(rule)) return bad;
        return {};
    }

private:
    bool here(std::string_view word) const { return at_ < words_.size() && words_[at_].text == word; }

    Problem find_bad_characters() const {
        for (const Word& word : words_)
            if (auto bad = find_bad_character(word)) return bad;
        return {};
    }

    Problem read_verdict(Rule& rule) {
        const Word& word = words_[at_++];
        rule.allow = word.text == "allow";
        if (rule.allow || word.text == "deny") return {};
        return {word.column, fmt::format("a rule begins with allow or deny, not {}", quoted(word.text))};
    }

    void read_subject(Rule& rule) {
        const SubjectName* subject = at_ < words_.size() ? find_row(subjects, words_[at_].text) : nullptr;
        if (!subject) return;
        rule.direction = subject->direction;
        rule.kind = subject->kind;
        ++at_;
    }

    Problem read_end_after_all() {
        if (++at_ == words_.size()) return {};
        return {words_[at_].column,
                fmt::format("{} after all, which ends a rule; remove one of the two", quoted(words_[at_].text))};
    }

    Problem read_specifier(Rule& rule) {
        const Word& name = words_[at_++];
        if (name.text == condition_name) return read_condition(rule, name);
        const Specifier* specifier = find_row(specifiers, name.text);
        if (!specifier) return {name.column, reason_against_unknown(name.text)};
        const auto bit = 1u << (specifier - specifiers);
        if (seen_ & bit) return {name.column, fmt::format("{} a second time; write two rules", name.text)};
        seen_ |= bit;
        return read_value(name, specifier->value, [&](std::string_view word) { return specifier->read(rule, word); });
    }

    Problem read_condition(Rule& rule, const Word& name) {
        Condition condition{};
        const auto property = [&](std::string_view word) { return condition.property = word, true; };
        const auto value = [&](std::string_view word) {
            const auto boolean = read_boolean(word);
            condition.value = boolean.value_or(false);
            return boolean.has_value();
        };
        if (auto bad = read_value(name, "a property and true or false", property)) return bad;
        if (auto bad = read_value(name, "true or false after its property", value)) return bad;
        rule.conditions.push_back(std::move(condition));
        return {};
    }

    template <class Read>
    Problem read_value(const Word& name, std::string_view needs, Read&& read) {
        if (at_ == words_.size()) {
            const std::size_t end = words_.back().column + words_.back().text.size();
            return {end, fmt::format("{} needs {}, and the line ends", name.text, needs)};
        }
        const Word& value = words_[at_++];
        if (read(value.text)) return {};
        return {value.column, fmt::format("{} needs {}, not {}", name.text, needs, quoted(value.text))};
    }

    std::string reason_against_unknown(std::string_view word) const {
        const bool first = at_ == 2;
        if (find_row(subjects, word))
            return fmt::format("{} here; a rule has one subject, right after allow or deny", quoted(word));
        if (word == "all") return "all beside specifiers; remove one of the two";
        return fmt::format("unknown word {}; expected {}{}", quoted(word), expected_specifiers,
                           first ? fmt::format("; or all; or a subject: {}", expected_subjects) : "");
    }

    const std::vector<Word>& words_;
    std::size_t at_ = 0;
    unsigned seen_ = 0;
};

// Adds the line's rule, if there is one.
Problem read_line(std::string_view line, const Origin& origin, std::vector<Rule>& rules) {
    if (auto bad = find_bad_byte(line)) return bad;
    const auto words = words_of(line);
    if (words.empty()) return {};
    Rule rule;
    if (auto bad = LineReader{words}.read(rule)) return bad;
    rule.origin = origin;
    rule.text = std::string{text::trim(line.substr(0, line.find('#')))};
    rules.push_back(std::move(rule));
    return {};
}

Parsed refused(const Origin& origin, Problem problem) {
    return {{}, Malformed{origin, problem.column, std::move(problem.reason)}};
}

}    // namespace

std::string to_string(const Origin& origin) {
    return origin.line == 0 ? origin.file : fmt::format("{}:{}", origin.file, origin.line);
}

std::string to_string(const Malformed& malformed) {
    return fmt::format("{}:{}: {}", to_string(malformed.origin), malformed.column, malformed.reason);
}

Parsed parse_rules(std::string_view text, const std::string& file) {
    Parsed parsed;
    for (Origin origin{file, 1}; !text.empty(); ++origin.line) {
        const auto end = std::min(text.find('\n'), text.size());
        if (auto bad = read_line(text.substr(0, end), origin, parsed.rules)) return refused(origin, std::move(bad));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parsed;
}

Parsed parse_vm_rule(std::string_view text, const Uuid& vm, const std::string& node) {
    Parsed parsed;
    const Origin origin{node, 0};
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (const auto at = text.find('\n'); at != text.npos)
        return refused(origin, {at + 1, "a second line; write each rule into a node of its own"});
    if (auto bad = read_line(text, origin, parsed.rules)) return refused(origin, std::move(bad));
    for (Rule& rule : parsed.rules)
        rule.dom_uuid = vm;
    return parsed;
}

bool may_deny(std::string_view text) {
    const auto words = words_of(text);
    const bool one_line = text::trim(text).find('\n') == text.npos;
    return words.empty() || words.front().text != "allow" || !one_line;
}

}    // namespace xm::rpcproxy
