#pragma once
// Follows what others store below /vm and in the host's settings (an administrator's db-write, an import), so that
// what we show is never older than what is stored. News only mark what to look at again; the database is asked then.

#include "base/uuid.hpp"
#include "connect/db.hpp"
#include "xenmgr/manager/config_store.hpp"
#include "xenmgr/manager/listener.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <set>
#include <string_view>

namespace xm::xenmgr {

class DatabaseFollower final : public connect::DatabaseEvents {
public:
    struct Found {
        std::function<void(const Uuid&, ConfigTree)> unknown_vm;    // stored by somebody else: exists from now on
        std::function<void(const Uuid&)> lost_vm;                   // its node is gone
    };
    // `making`: the turn of whoever makes VMs known.
    DatabaseFollower(boost::asio::any_io_executor executor, connect::Database& database, Registry& registry,
                     ConfigStore& store, connect::Turns& making, Found found)
        : executor_{std::move(executor)},
          database_{database},
          registry_{registry},
          store_{store},
          making_{making},
          found_{std::move(found)} {}

    void on_database_changed(const StringList& paths) override;
    void on_database_restarted() override;

private:
    void note(std::string_view path);
    void look();
    boost::asio::awaitable<void> look_at_all_noted();
    boost::asio::awaitable<void> look_at(Uuid vm);
    boost::asio::awaitable<void> look_at_everything();
    boost::asio::awaitable<void> look_at_host();
    void compare(const Uuid& vm, std::optional<ConfigTree> stored);

    boost::asio::any_io_executor executor_;
    connect::Database& database_;
    Registry& registry_;
    ConfigStore& store_;
    connect::Turns& making_;
    Found found_;
    std::set<Uuid> noted_;
    bool host_noted_ = false;
    bool everything_noted_ = false;
    bool looking_ = false;
};

}    // namespace xm::xenmgr
