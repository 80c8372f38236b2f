#include "xenmgr/config/json_tree.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace xm::xenmgr {
namespace {

using Entries = std::vector<ConfigTree::Entry>;

// What the database accepts below a VM's node.
constexpr std::size_t deepest = 28;
constexpr std::size_t longest_name = 200;

bool is_path_part(std::string_view name) {
    const auto forbidden = [](char c) { return c == '/' || static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    return !name.empty() && name.size() <= longest_name && std::ranges::none_of(name, forbidden);
}

// What becomes of the nodes that are read.
class Sink {
public:
    virtual ~Sink() = default;
    virtual void object(std::string_view /*path*/) {}
    virtual void leaf(std::string_view path, std::string_view text) = 0;
    virtual void unreadable(std::string_view path, std::string_view what) = 0;
};

// Turns the parser's events into nodes with their paths. Elements of arrays are passed over.
class Reader final : public nlohmann::json_sax<nlohmann::json> {
public:
    Reader(Sink& sink, std::string base) : sink_{sink}, path_{std::move(base)} {}

    bool null() override { return no_text("null"); }
    bool boolean(bool value) override { return leaf(value ? "true" : "false"); }
    bool number_integer(number_integer_t value) override { return leaf(std::to_string(value)); }
    bool number_unsigned(number_unsigned_t value) override { return leaf(std::to_string(value)); }
    bool number_float(number_float_t, const string_t& text) override { return leaf(text); }
    bool string(string_t& value) override { return leaf(value); }
    bool binary(binary_t&) override { return no_text("binary"); }

    bool start_object(std::size_t) override {
        if (arrays_ == 0) {
            sink_.object(path_);
            ends_.push_back(path_.size());
        }
        return true;
    }
    bool key(string_t& name) override {
        if (arrays_ > 0) return true;
        path_.resize(ends_.back());
        if (!path_.empty()) path_ += '/';
        path_ += name;
        if (ends_.size() > deepest || !is_path_part(name))
            sink_.unreadable(path_, "nested too deeply, or a name that is no part of a path");
        return true;
    }
    bool end_object() override {
        if (arrays_ == 0) ends_.pop_back();
        return true;
    }
    bool start_array(std::size_t) override {
        ++arrays_;
        return no_text("an array");
    }
    bool end_array() override {
        --arrays_;
        return true;
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        error_position = position;
        return false;
    }

    std::optional<std::size_t> error_position;

private:
    bool leaf(std::string_view text) {
        if (ends_.empty()) return no_text("not an object");
        if (arrays_ == 0) sink_.leaf(path_, text);
        return true;
    }
    bool no_text(std::string_view what) {
        sink_.unreadable(path_, what);
        return true;
    }

    Sink& sink_;
    std::string path_;
    std::vector<std::size_t> ends_;    // length of path_ at each open object
    int arrays_ = 0;
};

void read(std::string_view json, Sink& sink, std::string base, const ErrorInfo& refusal, std::string_view object) {
    Reader reader{sink, std::move(base)};
    if (!nlohmann::json::sax_parse(json.begin(), json.end(), &reader))
        fail(refusal, std::string{object}, "not valid JSON at byte {}", reader.error_position.value_or(0));
}

class StoreSink final : public Sink {
public:
    explicit StoreSink(Store& store) : store_{store} {}

    void object(std::string_view path) override {
        if (path.starts_with("vm/")) enter(path.substr(3));
    }
    void leaf(std::string_view path, std::string_view text) override {
        if (path.starts_with("vm/")) {
            const auto rest = path.substr(3);
            const auto slash = rest.find('/');
            if (vm_ && slash != std::string_view::npos) add(vm_entries_, rest.substr(slash + 1), text);
        } else if (!path.starts_with("dom-store/")) {
            add(host_entries_, path, text);
        }
    }
    void unreadable(std::string_view, std::string_view) override {}    // reads as absent

    void finish() {
        close_vm();
        store_.host = ConfigTree{std::move(host_entries_)};
    }

private:
    static void add(Entries& entries, std::string_view key, std::string_view text) {
        entries.push_back({SharedText{key}, SharedText{text}});
    }
    void enter(std::string_view below_vm) {
        if (below_vm.find('/') != std::string_view::npos) return;    // still inside the same VM
        close_vm();
        vm_ = Uuid::parse(below_vm);
        if (!vm_ || vm_->is_nil() || vm_->text() != below_vm) {
            vm_.reset();
            store_.ignored.emplace_back(below_vm);
        }
    }
    void close_vm() {
        if (vm_) store_.vms.insert_or_assign(*vm_, ConfigTree{vm_entries_});
        vm_entries_.clear();
        vm_.reset();
    }

    Store& store_;
    std::optional<Uuid> vm_;
    Entries vm_entries_;
    Entries host_entries_;
};

Store load(std::string_view json, std::string base) {
    Store store;
    StoreSink sink{store};
    read(json, sink, std::move(base), errors::bad_json, "configuration database");
    sink.finish();
    return store;
}

class TreeSink : public Sink {
public:
    void leaf(std::string_view path, std::string_view text) override {
        entries.push_back({SharedText{path}, SharedText{text}});
    }
    void unreadable(std::string_view, std::string_view) override {}    // reads as absent

    Entries entries;
};

class StrictTreeSink final : public TreeSink {
public:
    StrictTreeSink(const ErrorInfo& refusal, std::string_view object) : refusal_{refusal}, object_{object} {}
    void unreadable(std::string_view path, std::string_view what) override {
        fail(refusal_, std::string{object_}, "'{}': {}, expected an object of texts", text::escaped(path), what);
    }

private:
    const ErrorInfo& refusal_;
    std::string_view object_;
};

void nest(nlohmann::ordered_json& node, std::string_view key, std::string_view value) {
    const auto slash = key.find('/');
    if (slash == std::string_view::npos)
        node[std::string{key}] = value;
    else
        nest(node[std::string{key.substr(0, slash)}], key.substr(slash + 1), value);
}

}    // namespace

Store load_store(std::string_view dump_of_root) { return load(dump_of_root, ""); }
Store load_vms(std::string_view dump_of_vm) { return load(dump_of_vm, "vm"); }

ConfigTree load_tree(std::string_view dump) {
    TreeSink sink;
    read(dump, sink, "", errors::bad_json, "configuration database");
    return ConfigTree{std::move(sink.entries)};
}

ConfigTree parse_tree(std::string_view json, const ErrorInfo& refusal, std::string_view object) {
    StrictTreeSink sink{refusal, object};
    read(json, sink, "", refusal, object);
    ConfigTree tree;
    tree.overlay(ConfigTree{std::move(sink.entries)});    // a repeated name must not be leaf and object at once
    return tree;
}

std::string to_json(const ConfigTree& tree) {
    auto root = nlohmann::ordered_json::object();
    for (const auto& [key, value] : tree.entries())
        nest(root, key.view(), value.view());
    return root.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}    // namespace xm::xenmgr
