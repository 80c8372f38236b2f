#include "dbd/database.hpp"

#include "base/failure.hpp"
#include "dbd/json.hpp"
#include "gen/errors.hpp"

#include <utility>

namespace xm::dbd {

template <class T>
using Task = Database::Task<T>;

Task<std::string> Database::read(std::string sender, std::string path) {
    const Place place = locate(co_await identity_.identify(sender), path);
    co_return co_await commits_.look(std::move(sender), [&](const Tree& tree) {
        const Node* node = tree.find(place.path);
        const bool hidden = place.guest && node != nullptr && node->kind == Kind::binary;    // names a file of the host
        return hidden ? std::string{} : read_text(node);
    });
}

Task<std::vector<std::uint8_t>> Database::read_binary(std::string sender, std::string path) {
    using Bytes = std::vector<std::uint8_t>;
    const Place place = locate(co_await identity_.identify(sender), path);
    co_return co_await commits_.look(std::move(sender), [&](const Tree& tree) {
        const Node* node = tree.find(place.path);
        if (node == nullptr || node->kind != Kind::binary)
            fail(errors::not_binary, place.path.shown(), "{}", node == nullptr ? "it is absent" : "it is another node");
        return node->body ? Bytes(node->body->content.begin(), node->body->content.end()) : Bytes{};
    });
}

Task<void> Database::write(std::string sender, std::string path, std::string value) {
    const Identity caller = co_await identity_.identify(sender);
    co_await commits_.submit(std::move(sender), make_write(caller, path, std::move(value)));
}

Task<void> Database::rm(std::string sender, std::string path) {
    const Identity caller = co_await identity_.identify(sender);
    co_await commits_.submit(std::move(sender), make_removal(caller, path));
}

Task<std::vector<std::string>> Database::list(std::string sender, std::string path) {
    const Place place = locate(co_await identity_.identify(sender), path);
    co_return co_await commits_.look(std::move(sender),
                                     [&](const Tree& tree) { return list_names(tree.find(place.path)); });
}

Task<bool> Database::exists(std::string sender, std::string path) {
    const Place place = locate(co_await identity_.identify(sender), path);
    co_return co_await commits_.look(std::move(sender),
                                     [&](const Tree& tree) { return tree.find(place.path) != nullptr; });
}

Task<std::string> Database::dump(std::string sender, std::string path) {
    const Place place = locate(co_await identity_.identify(sender), path);
    co_return co_await commits_.look(std::move(sender),
                                     [&](const Tree& tree) { return to_json(tree.find(place.path)); });
}

Task<void> Database::inject(std::string sender, std::string path, std::string json) {
    const Identity caller = co_await identity_.identify(sender);
    co_await commits_.submit(std::move(sender), make_injection(caller, path, json));
}

Task<void> Database::write_all(std::string sender, std::map<std::string, std::string> values,
                               std::vector<std::string> removed) {
    refuse_guest(co_await identity_.identify(sender), "write_all");
    co_await commits_.submit(std::move(sender), make_write_all(values, removed));
}

Task<void> Database::import_tree(std::string sender, std::string json) {
    refuse_guest(co_await identity_.identify(sender), "import_tree");
    co_await commits_.submit(std::move(sender), make_import(json));
}

Task<std::string> Database::export_tree(std::string sender) {
    refuse_guest(co_await identity_.identify(sender), "export_tree");
    co_return co_await commits_.look(std::move(sender), [](const Tree& tree) { return to_json(&tree.root()); });
}

}    // namespace xm::dbd
