#include "dbd/import.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "dbd/json.hpp"
#include "gen/errors.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace xm::dbd {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view json_ending = ".db";
constexpr std::string_view remnant_ending = ".db.tmp";

struct Subtree {
    const char* directory;
    const char* path;
};
constexpr Subtree subtrees[] = {{"vms", "/vm"}, {"dom-store", "/dom-store"}};

class Importer {
public:
    void add_json(const fs::path& file, const Path& at) try {
        tree_.inject(at, parse_json(files::read(file), at), ignored_);
        ignored_ = {};
    } catch (const Failure& failure) {
        fail(failure.info(), file.string(), "{}: {}", failure.object(), failure.cause());
    }

    void add_directory(const fs::path& directory, const Path& at) {
        std::vector<fs::path> entries{fs::directory_iterator{directory}, fs::directory_iterator{}};
        std::sort(entries.begin(), entries.end());
        for (const fs::path& entry : entries) {    // first the JSON, then what may stand on top of it
            if (fs::is_regular_file(entry) && is_json(entry)) add_json(entry, at.child(json_name(entry)));
        }
        for (const fs::path& entry : entries) {
            const std::string name = entry.filename().string();
            if (fs::is_directory(fs::symlink_status(entry))) {
                add_directory(entry, at.child(name));
            } else if (fs::is_regular_file(entry) && !name.ends_with(json_ending) && !name.ends_with(remnant_ending)) {
                add_binary(entry, at.child(name));
            }
        }
    }

    Tree result() { return std::move(tree_); }

private:
    static bool is_json(const fs::path& file) {
        const std::string name = file.string();
        if (name.ends_with(json_ending)) return true;
        return name.ends_with(remnant_ending) && !fs::exists(name.substr(0, name.size() - 4));
    }

    static std::string json_name(const fs::path& file) {
        const std::string name = file.filename().string();
        return name.substr(0, name.rfind(json_ending));
    }

    void add_binary(const fs::path& file, const Path& at) {
        Node node{.name = {}, .text = file.string(), .kind = Kind::binary, .body = new Body};
        node.body->content = files::read(file, Limits::file);
        tree_.inject(at, std::move(node), ignored_);
        ignored_ = {};
    }

    Tree tree_;
    Changes ignored_;
};

}    // namespace

Tree read_tree(const fs::path& file_or_directory) {
    Importer importer;
    if (!fs::is_directory(file_or_directory)) {
        importer.add_json(file_or_directory, Path{});
        return importer.result();
    }
    const fs::path main = file_or_directory / "db";
    const fs::path remnant = file_or_directory / "db.tmp";
    const bool any = std::any_of(std::begin(subtrees), std::end(subtrees), [&](const Subtree& subtree) {
        return fs::exists(file_or_directory / subtree.directory);
    });
    if (fs::exists(main)) {
        importer.add_json(main, Path{});
    } else if (fs::exists(remnant)) {
        importer.add_json(remnant, Path{});
    } else if (!any) {
        fail(errors::io_error, file_or_directory.string(), "it holds neither db nor vms nor dom-store");
    }
    for (const Subtree& subtree : subtrees) {
        const fs::path directory = file_or_directory / subtree.directory;
        if (fs::is_directory(directory)) importer.add_directory(directory, Path::parse(subtree.path));
    }
    return importer.result();
}

}    // namespace xm::dbd
