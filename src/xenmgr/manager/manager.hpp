#pragma once
// The manager as a whole: which VMs there are, how they are configured, how they live. Reads are answered from memory
// and never wait; everything that changes something is a coroutine. Owned by main; knows nothing of the message bus.

#include "connect/db.hpp"
#include "connect/hooks.hpp"
#include "connect/host_devices.hpp"
#include "connect/host_files.hpp"
#include "connect/image_file.hpp"
#include "connect/monitor.hpp"
#include "xenmgr/config/disk_rows.hpp"
#include "xenmgr/config/host_rows.hpp"
#include "xenmgr/config/pci_rules.hpp"
#include "xenmgr/life/lives.hpp"
#include "xenmgr/manager/config_store.hpp"
#include "xenmgr/manager/database_follower.hpp"
#include "xenmgr/manager/guest_words.hpp"
#include "xenmgr/manager/life_configuration.hpp"
#include "xenmgr/manager/life_news.hpp"
#include "xenmgr/manager/listener.hpp"
#include "xenmgr/manager/live_changes.hpp"
#include "xenmgr/manager/registry.hpp"
#include "xenmgr/manager/vm_display.hpp"
#include "xenmgr/manager/vm_maker.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <filesystem>
#include <string>

namespace xm::xenmgr {

class Manager {
public:
    struct Parts {
        connect::Database& database;
        connect::Monitors& monitors;
        connect::Hooks& hooks;
        connect::HostFiles& files;
        connect::ImageFiles& images;
        const connect::HostDevices& devices;
        Services services;
        Listener& listener;
        connect::GuestAgents* agents = nullptr;
        std::filesystem::path language_file{};
    };
    Manager(boost::asio::any_io_executor executor, Parts parts, Templates templates, Limits limits);
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;

    // Reads the database in one call, configures the service VMs, meets the monitors of VMs that run.
    boost::asio::awaitable<void> load();

    const Registry& registry() const { return registry_; }
    ConfigStore& configs() { return configs_; }
    VmMaker& maker() { return maker_; }
    Lives& lives() { return lives_; }
    connect::GuestListener& guest_listener() { return guest_words_; }

    // What main found out about the host before anything is served.
    const HostFacts& host_facts() const { return registry_.host_facts(); }
    void set_host_facts(HostFacts facts) { registry_.set_host_facts(std::move(facts)); }
    void store_language(const std::string& language);    // in its file. Failure: errors::io_error
    const std::vector<PciDevice>& pci_devices() const { return host_facts().pci_devices; }
    bool amt_active() const { return registry_.amt_active(); }

    // A VM's own corner of the database. Keys as of get_db_key.
    boost::asio::awaitable<std::string> read_domstore(Uuid vm, std::string untrusted_key);
    boost::asio::awaitable<void> write_domstore(Uuid vm, std::string untrusted_key, std::string value);

    // Wakes the VM if it sleeps and has the input daemon show it; nothing if it has no domain.
    boost::asio::awaitable<void> bring_to_screen(Uuid vm);
    // Has the input daemon ask for the password of the VM's user; nothing if it has none.
    boost::asio::awaitable<void> ask_login(Uuid vm);

    // Throws no_such_file, also for an image-path that leads out of the folder of icons.
    std::vector<std::uint8_t> read_icon(const Uuid& vm) const;

    ImageFacts image_facts(const Uuid& vm, int disk) const;    // reads a vhd image now; throws no_such_vm
    void remove_image(const std::string& path);                // of a deleted disk; nothing if it is not there

private:
    LiveFacts live_facts(const Uuid& vm) const;
    bool login_required(const Uuid& vm) const;
    void show_found(const Uuid& vm, ConfigTree tree);
    void drop_lost(const Uuid& vm);

    connect::Database& database_;
    connect::HostFiles& files_;
    std::filesystem::path language_file_;
    connect::Input& input_;
    connect::ImageFiles& images_;
    Listener& listener_;
    Registry registry_;
    ConfigStore configs_;
    LifeConfiguration life_configuration_;
    VmDisplay display_;
    LifeNews life_news_;
    Lives lives_;
    LiveChanges live_changes_;    // configs_ tells it of every change
    GuestWords guest_words_;
    VmMaker maker_;
    DatabaseFollower follower_;
};

}    // namespace xm::xenmgr
