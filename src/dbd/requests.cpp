#include "dbd/requests.hpp"

#include "dbd/json.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

namespace xm::dbd {
namespace {

// Runs `change` on a copy, so that a refusal in the middle or at the end leaves nothing behind.
template <class Change>
void on_trial(Tree& tree, Changes& changes, Change&& change) {
    Tree trial = tree;
    Changes made;
    change(trial, made);
    tree = std::move(trial);
    std::move(made.steps.begin(), made.steps.end(), std::back_inserter(changes.steps));
    std::move(made.paths.begin(), made.paths.end(), std::back_inserter(changes.paths));
}

std::size_t longest_value(const Node& node) {
    std::size_t longest = node.text.size();
    for (const Node& child : node.children())
        longest = std::max(longest, longest_value(child));
    return longest;
}

struct Writing {
    Place place;
    std::string value;

    void operator()(Tree& tree, Changes& changes) const {
        refuse_protected_write(place);
        tree.write(place.path, value, changes);
    }
};

struct Removal {
    Place place;

    void operator()(Tree& tree, Changes& changes) const {
        refuse_protected_removal(place, tree);
        tree.remove(place.path, changes);
    }
};

Writing checked(const Identity& caller, std::string_view path, std::string value) {
    Writing writing{locate(caller, path), std::move(value)};
    check_value(writing.place.path, writing.value);
    refuse_large_value(writing.place, writing.value.size());
    return writing;
}

Request injection(Place place, Node value) {
    return [place = std::move(place), value = std::move(value)](Tree& tree, Changes& changes) mutable {
        if (!place.guest) return tree.inject(place.path, std::move(value), changes);
        on_trial(tree, changes, [&](Tree& trial, Changes& made) {
            trial.inject(place.path, std::move(value), made);
            refuse_over_quota(place, trial);
        });
    };
}

}    // namespace

Request make_write(const Identity& caller, std::string_view path, std::string value) {
    Writing writing = checked(caller, path, std::move(value));
    refuse_protected_write(writing.place);
    if (!writing.place.guest) return writing;
    return [writing = std::move(writing)](Tree& tree, Changes& changes) {
        on_trial(tree, changes, [&](Tree& trial, Changes& made) {
            writing(trial, made);
            refuse_over_quota(writing.place, trial);
        });
    };
}

Request make_removal(const Identity& caller, std::string_view path) { return Removal{locate(caller, path)}; }

Request make_injection(const Identity& caller, std::string_view path, std::string_view json) {
    Place place = locate(caller, path);
    Node value = parse_json(json, place.path);
    refuse_large_value(place, longest_value(value));
    return injection(std::move(place), std::move(value));
}

Request make_write_all(const std::map<std::string, std::string>& values, const std::vector<std::string>& removed) {
    std::vector<Removal> removals;
    for (const std::string& path : removed)
        removals.push_back({locate({}, path)});
    std::vector<Writing> writings;
    for (const auto& [path, value] : values)
        writings.push_back(checked({}, path, value));
    return [removals = std::move(removals), writings = std::move(writings)](Tree& tree, Changes& changes) {
        on_trial(tree, changes, [&](Tree& trial, Changes& made) {
            for (const Removal& removal : removals)
                removal(trial, made);
            for (const Writing& writing : writings)
                writing(trial, made);
        });
    };
}

Request make_import(std::string_view json) { return injection({}, parse_json(json, Path{})); }

}    // namespace xm::dbd
