#include "rpcproxy/json_tree.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace xm::rpcproxy {
namespace {

using Json = nlohmann::json;

constexpr std::size_t deepest = 64;

// What the parser tells, put into a tree. Every function answers whether to go on.
class Builder final : public nlohmann::json_sax<Json> {
public:
    JsonTree tree;
    Fault fault = nullptr;

    bool null() override {
        add(JsonKind::null);
        return true;
    }
    bool boolean(bool value) override {
        add(JsonKind::boolean).boolean = value;
        return true;
    }
    bool number_integer(number_integer_t value) override {
        if (value >= 0) return number_unsigned(static_cast<number_unsigned_t>(value));    // -0
        add(JsonKind::negative).negative = value;
        return true;
    }
    bool number_unsigned(number_unsigned_t value) override {
        add(JsonKind::natural).natural = value;
        return true;
    }
    bool number_float(number_float_t value, const string_t&) override {
        add(JsonKind::real).real = value;
        return true;
    }
    bool string(string_t& value) override {
        if (value.find('\0') != string_t::npos) return refuse("a text contains a NUL character");
        add(JsonKind::text).piece = {size32(tree.texts), static_cast<std::uint32_t>(value.size())};
        tree.texts += value;
        return true;
    }
    bool key(string_t& value) override { return string(value); }
    bool binary(binary_t&) override { return refuse("not JSON"); }

    bool start_array(std::size_t) override { return start(JsonKind::array); }
    bool start_object(std::size_t) override { return start(JsonKind::object); }
    bool end_array() override { return end(); }
    bool end_object() override {
        return has_twin_keys(open_.back()) ? refuse("a key stands twice in an object") : end();
    }

    bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
        constexpr int beyond_double = 406;
        return refuse(error.id == beyond_double ? "a number is beyond every type" : "not JSON");
    }

private:
    template <class Text>
    static std::uint32_t size32(const Text& text) {
        return static_cast<std::uint32_t>(text.size());
    }

    JsonNode& add(JsonKind kind) {
        JsonNode node{.negative = 0, .kind = kind, .after = size32(tree.nodes) + 1};
        return tree.nodes.emplace_back(node);
    }

    bool start(JsonKind kind) {
        if (open_.size() == deepest) return refuse("nested deeper than 64");
        open_.push_back(size32(tree.nodes));
        add(kind);
        return true;
    }

    bool end() {
        tree.nodes[open_.back()].after = size32(tree.nodes);
        open_.pop_back();
        return true;
    }

    bool has_twin_keys(std::uint32_t object) const {
        std::vector<std::string_view> keys;
        for (std::uint32_t key = object + 1; key < tree.nodes.size(); key = tree.nodes[key + 1].after)
            keys.push_back(tree.text(tree.nodes[key]));
        std::ranges::sort(keys);
        return std::ranges::adjacent_find(keys) != keys.end();
    }

    bool refuse(Fault why) {
        fault = why;
        return false;
    }

    std::vector<std::uint32_t> open_;    // arrays and objects that are not complete yet, outermost first
};

}    // namespace

ReadTree read_tree(std::string_view untrusted) {
    if (untrusted.size() > std::numeric_limits<std::uint32_t>::max()) return {{}, "too long"};
    if (untrusted.find('\0') != std::string_view::npos) return {{}, "not JSON"};    // the parser would stop there
    Builder builder;
    if (!Json::sax_parse(untrusted.begin(), untrusted.end(), &builder)) return {{}, builder.fault};
    return {std::move(builder.tree), nullptr};
}

}    // namespace xm::rpcproxy
