#include "base/failure.hpp"
#include "base/text.hpp"
#include "dbd/json.hpp"
#include "gen/errors.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace xm::dbd {
namespace {

// Text of an array while it is read: JSON without blanks.
struct ArrayText {
    std::string text;
    std::vector<std::vector<std::string>> keys;    // of the objects that are open, for the check of duplicates
    std::size_t depth = 0;

    void separate() {
        if (!text.empty() && text.back() != '[' && text.back() != '{' && text.back() != ':') text += ',';
    }
};

std::optional<std::string> repeated(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    const auto at = std::adjacent_find(names.begin(), names.end());
    return at == names.end() ? std::nullopt : std::optional{*at};
}

// The parser's complaint without its own prefix, and without the list of what it would have liked.
std::string_view essence(std::string_view complaint) {
    const auto start = complaint.find(" - ");
    if (start != std::string_view::npos) complaint.remove_prefix(start + 3);
    return complaint.substr(0, complaint.find("; expected"));
}

// Receives the parser's events and builds nodes. An event that the tree cannot hold throws.
class Builder {
public:
    explicit Builder(const Path& at) : places_{at} {}

    Node result() { return std::move(result_); }

    bool null() { return scalar(Kind::empty, {}, "null"); }
    bool boolean(bool value) { return scalar(Kind::json, value ? "true" : "false"); }
    bool number_integer(std::int64_t value) { return scalar(Kind::json, std::to_string(value)); }
    bool number_unsigned(std::uint64_t value) { return scalar(Kind::json, std::to_string(value)); }
    bool number_float(double value, const std::string&) { return scalar(Kind::json, fmt::format("{:f}", value)); }
    bool binary(nlohmann::json::binary_t&) { return false; }    // not in JSON texts

    bool string(std::string& value) {
        if (!array_) return scalar(Kind::string, std::move(value));
        std::string quoted;
        append_quoted(quoted, value);
        return scalar(Kind::json, std::move(quoted));
    }

    bool start_object(std::size_t) {
        if (array_) return open_in_array('{');
        Node& node = place();
        node.kind = Kind::interior;
        open_.push_back(std::move(node));
        return true;
    }

    bool key(std::string& name) {
        if (array_) return key_in_array(name);
        places_.push_back(places_.back().child(name));
        Node& child = own_body(open_.back()).children.emplace_back();
        child.name = std::move(name);
        return true;
    }

    bool end_object() {
        if (array_) return close_in_array('}');
        Node object = std::move(open_.back());
        open_.pop_back();
        refuse_repeated(names_of(object));
        place() = std::move(object);
        leave();
        return true;
    }

    bool start_array(std::size_t) {
        if (!array_) array_.emplace();
        return open_in_array('[');
    }

    bool end_array() { return close_in_array(']'); }

    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
        fail(errors::bad_json, shown(), "byte {}: {}", position, text::escaped(essence(error.what()), 100));
    }

private:
    std::string shown() const { return text::escaped(places_.back().shown()); }
    Node& place() { return open_.empty() ? result_ : open_.back().body->children.back(); }

    void leave() {
        if (!open_.empty()) places_.pop_back();
    }

    static std::vector<std::string> names_of(const Node& object) {
        std::vector<std::string> names;
        for (const Node& child : object.children())
            names.push_back(child.name);
        return names;
    }

    void refuse_repeated(std::vector<std::string> names) const {
        if (const auto name = repeated(std::move(names)))
            fail(errors::bad_json, shown(), "the key {} occurs twice", text::escaped(*name));
    }

    bool scalar(Kind kind, std::string text, std::string_view in_array = {}) {
        if (array_) {
            array_->separate();
            array_->text += in_array.empty() ? std::string_view{text} : in_array;
            return true;
        }
        check_value(places_.back(), text);
        place().kind = kind;
        place().text = std::move(text);
        leave();
        return true;
    }

    bool open_in_array(char bracket) {
        if (++array_->depth > Limits::depth) fail(errors::bad_json, shown(), "the array is nested too deeply");
        array_->separate();
        array_->text += bracket;
        if (bracket == '{') array_->keys.emplace_back();
        return true;
    }

    bool key_in_array(const std::string& name) {
        array_->separate();
        append_quoted(array_->text, name);
        array_->text += ':';
        array_->keys.back().push_back(name);
        return true;
    }

    bool close_in_array(char bracket) {
        if (bracket == '}') {
            refuse_repeated(std::move(array_->keys.back()));
            array_->keys.pop_back();
        }
        array_->text += bracket;
        if (--array_->depth > 0) return true;
        std::string text = std::move(array_->text);
        array_.reset();
        return scalar(Kind::json, std::move(text));
    }

    std::vector<Path> places_;    // of the value that is read now and of the objects around it
    std::vector<Node> open_;      // objects that are not complete yet, outermost first
    std::optional<ArrayText> array_;
    Node result_;
};

}    // namespace

Node parse_json(std::string_view untrusted, const Path& at) {
    if (text::trim(untrusted).empty()) return Node{.name = {}, .text = {}, .kind = Kind::interior, .body = {}};
    Builder builder{at};
    nlohmann::json::sax_parse(untrusted.begin(), untrusted.end(), &builder);
    return builder.result();
}

}    // namespace xm::dbd
