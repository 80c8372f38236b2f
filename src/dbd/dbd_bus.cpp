#include "dbd/dbd_bus.hpp"

#include <array>
#include <utility>

namespace xm::dbd {
namespace {

struct Root : bus::Object {
    Root(gen::db::Server& database, gen::db_store::Server& store)
        : faces_{gen::db::face(database), gen::db_store::face(store)} {}
    std::span<const bus::Face> faces() override { return faces_; }

private:
    std::array<bus::Face, 2> faces_;
};

}    // namespace

template <class T>
using Task = boost::asio::awaitable<T>;

std::span<const bus::Interface* const> DbdBus::interfaces() const {
    static const std::array tables{&gen::db::interface(), &gen::db_store::interface()};
    return tables;
}

std::unique_ptr<bus::Object> DbdBus::find(std::string_view path) {
    if (path != "/") return nullptr;
    return std::make_unique<Root>(static_cast<gen::db::Server&>(*this), static_cast<gen::db_store::Server&>(*this));
}

Task<std::string> DbdBus::dump(std::string path, bus::Caller caller) {
    return database_.dump(std::move(caller.sender), std::move(path));
}

Task<bool> DbdBus::exists(std::string path, bus::Caller caller) {
    return database_.exists(std::move(caller.sender), std::move(path));
}

Task<void> DbdBus::inject(std::string path, std::string value, bus::Caller caller) {
    return database_.inject(std::move(caller.sender), std::move(path), std::move(value));
}

Task<std::vector<std::string>> DbdBus::list(std::string path, bus::Caller caller) {
    return database_.list(std::move(caller.sender), std::move(path));
}

Task<std::string> DbdBus::read(std::string path, bus::Caller caller) {
    return database_.read(std::move(caller.sender), std::move(path));
}

Task<std::vector<std::uint8_t>> DbdBus::read_binary(std::string path, bus::Caller caller) {
    return database_.read_binary(std::move(caller.sender), std::move(path));
}

Task<void> DbdBus::rm(std::string path, bus::Caller caller) {
    return database_.rm(std::move(caller.sender), std::move(path));
}

Task<void> DbdBus::write(std::string path, std::string value, bus::Caller caller) {
    return database_.write(std::move(caller.sender), std::move(path), std::move(value));
}

Task<void> DbdBus::write_all(std::map<std::string, std::string> values, std::vector<std::string> removed,
                             bus::Caller caller) {
    return database_.write_all(std::move(caller.sender), std::move(values), std::move(removed));
}

Task<void> DbdBus::import_tree(std::string json, bus::Caller caller) {
    return database_.import_tree(std::move(caller.sender), std::move(json));
}

Task<std::string> DbdBus::export_tree(bus::Caller caller) { return database_.export_tree(std::move(caller.sender)); }

}    // namespace xm::dbd
