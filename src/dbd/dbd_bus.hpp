#pragma once
// The bus face of the database: object "/" with com.citrix.xenclient.db and com.citrix.xenclient.db.store.

#include "bus/family.hpp"
#include "dbd/database.hpp"
#include "gen/db_server.hpp"
#include "gen/db_store_server.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::dbd {

// Database outlives this, this outlives the bus::Service that serves it.
class DbdBus final : public bus::Family, private gen::db::Server, private gen::db_store::Server {
public:
    explicit DbdBus(Database& database) : database_{database} {}

    std::span<const bus::Interface* const> interfaces() const override;
    std::vector<std::string> paths() const override { return {"/"}; }
    std::unique_ptr<bus::Object> find(std::string_view path) override;

private:
    template <class T>
    using Task = boost::asio::awaitable<T>;

    Task<std::string> dump(std::string path, bus::Caller caller) override;
    Task<bool> exists(std::string path, bus::Caller caller) override;
    Task<void> inject(std::string path, std::string value, bus::Caller caller) override;
    Task<std::vector<std::string>> list(std::string path, bus::Caller caller) override;
    Task<std::string> read(std::string path, bus::Caller caller) override;
    Task<std::vector<std::uint8_t>> read_binary(std::string path, bus::Caller caller) override;
    Task<void> rm(std::string path, bus::Caller caller) override;
    Task<void> write(std::string path, std::string value, bus::Caller caller) override;

    Task<void> write_all(std::map<std::string, std::string> values, std::vector<std::string> removed,
                         bus::Caller caller) override;
    Task<void> import_tree(std::string json, bus::Caller caller) override;
    Task<std::string> export_tree(bus::Caller caller) override;

    Database& database_;
};

}    // namespace xm::dbd
