#include "connect/db_bus.hpp"

#include "base/failure.hpp"
#include "bus/client.hpp"
#include "gen/db_client.hpp"
#include "gen/db_store_client.hpp"
#include "gen/errors.hpp"

#include <systemd/sd-bus.h>

#include <string>
#include <utility>

namespace xm::connect {
namespace asio = boost::asio;
namespace {

constexpr auto service = "com.citrix.xenclient.db";
constexpr auto commit_limit = bus::Deadline{20'000};    // a commit waits for the disk
constexpr auto new_owner_rule =
    "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',"
    "arg0='com.citrix.xenclient.db'";

struct SlotUnref {
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};

// A database that does not run, or does not answer, is one and the same to our callers.
template <class T>
asio::awaitable<T> reached(asio::awaitable<T> call) try {
    co_return co_await std::move(call);
} catch (const bus::RemoteFailure& failure) {
    if (&failure.info() == &errors::peer_failed) throw;
    fail(errors::database_unavailable, service, "{}", failure.cause());
}

class BusDatabase final : public Database {
public:
    explicit BusDatabase(bus::Connection& connection)
        : connection_{connection}, tree_{connection, service, "/"}, store_{connection, service, "/"} {}

    void listen(DatabaseEvents& events) override {
        events_ = &events;
        changed_ = store_.on_changed([this](const StringList& paths) { events_->on_database_changed(paths); });
        sd_bus_slot* slot = nullptr;
        sd_bus_add_match_async(connection_.native(), &slot, new_owner_rule, &BusDatabase::on_owner, nullptr, this);
        owner_.reset(slot);
        connection_.flush();
    }

    asio::awaitable<std::string> dump(std::string path) override {
        return reached(tree_.dump(std::move(path), commit_limit));
    }
    asio::awaitable<std::string> read(std::string path) override {
        return reached(tree_.read(std::move(path), commit_limit));
    }
    asio::awaitable<void> write(StringMap values, StringList removed) override {
        return reached(store_.write_all(std::move(values), std::move(removed), commit_limit));
    }
    asio::awaitable<void> inject(std::string path, std::string json) override {
        return reached(tree_.inject(std::move(path), std::move(json), commit_limit));
    }

private:
    static int on_owner(sd_bus_message* signal, void* self, sd_bus_error*) {
        const char *name = nullptr, *before = nullptr, *after = nullptr;
        if (sd_bus_message_read(signal, "sss", &name, &before, &after) > 0 && *after != '\0')
            static_cast<BusDatabase*>(self)->events_->on_database_restarted();
        return 0;
    }

    bus::Connection& connection_;
    gen::db::Client tree_;
    gen::db_store::Client store_;
    DatabaseEvents* events_ = nullptr;
    bus::Subscription changed_;
    std::unique_ptr<sd_bus_slot, SlotUnref> owner_;
};

}    // namespace

std::unique_ptr<Database> make_bus_database(bus::Connection& connection) {
    return std::make_unique<BusDatabase>(connection);
}

}    // namespace xm::connect
