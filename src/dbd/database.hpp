#pragma once
// The methods of com.citrix.xenclient.db and com.citrix.xenclient.db.store, for a caller known by its bus name.
// A method that changes something returns when the change is on the disk.

#include "dbd/access.hpp"
#include "dbd/commits.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace xm::dbd {

class Database {
public:
    template <class T>
    using Task = boost::asio::awaitable<T>;

    // Both outlive the Database.
    Database(Commits& commits, CallerIdentity& identity) : commits_{commits}, identity_{identity} {}

    Task<std::string> read(std::string sender, std::string path);
    Task<std::vector<std::uint8_t>> read_binary(std::string sender, std::string path);
    Task<void> write(std::string sender, std::string path, std::string value);
    Task<void> rm(std::string sender, std::string path);
    Task<std::vector<std::string>> list(std::string sender, std::string path);
    Task<bool> exists(std::string sender, std::string path);
    Task<std::string> dump(std::string sender, std::string path);
    Task<void> inject(std::string sender, std::string path, std::string json);

    Task<void> write_all(std::string sender, std::map<std::string, std::string> values,
                         std::vector<std::string> removed);
    Task<void> import_tree(std::string sender, std::string json);
    Task<std::string> export_tree(std::string sender);

private:
    Commits& commits_;
    CallerIdentity& identity_;
};

}    // namespace xm::dbd
