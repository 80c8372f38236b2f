#include "xenmgr/manager/manager.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/db_keys.hpp"
#include "xenmgr/config/json_tree.hpp"
#include "xenmgr/config/vm_properties.hpp"
#include "xenmgr/manager/snapshot.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

namespace xm::xenmgr {
namespace asio = boost::asio;
namespace {

constexpr auto user_folders = "/config/sec/s-";    // each encrypted, and mounted while its user is logged in
constexpr auto icon_root = "/usr/lib/xui";
constexpr int acpi_sleeping = 3;
constexpr std::size_t most_icon_bytes = std::size_t{4} << 20;

}    // namespace

Manager::Manager(asio::any_io_executor executor, Parts parts, Templates templates, Limits limits)
    : database_{parts.database},
      files_{parts.files},
      language_file_{std::move(parts.language_file)},
      input_{parts.services.input},
      images_{parts.images},
      listener_{parts.listener},
      registry_{[this](const Uuid& vm) { return live_facts(vm); }},
      configs_{executor, parts.database, registry_, parts.listener, live_changes_},
      life_configuration_{executor, registry_, configs_, parts.database, parts.devices, parts.listener},
      display_{registry_, parts.devices, parts.services.nodes},
      life_news_{executor, parts.listener, registry_, configs_, display_},
      lives_{executor,
             {.monitors = parts.monitors,
              .hooks = parts.hooks,
              .files = parts.files,
              .configuration = life_configuration_,
              .listener = life_news_,
              .agents = parts.agents},
             limits},
      live_changes_{executor, registry_, lives_, parts.services, display_},
      guest_words_{executor, registry_, lives_, parts.services.nodes},
      maker_{executor,
             {.database = parts.database,
              .hooks = parts.hooks,
              .registry = registry_,
              .lives = lives_,
              .listener = parts.listener},
             std::move(templates),
             limits},
      follower_{executor,
                parts.database,
                registry_,
                configs_,
                maker_.turns(),
                {.unknown_vm = [this](const Uuid& vm, ConfigTree tree) { show_found(vm, std::move(tree)); },
                 .lost_vm = [this](const Uuid& vm) { drop_lost(vm); }}} {}

LiveFacts Manager::live_facts(const Uuid& vm) const {
    const auto* life = lives_.find(vm);
    if (life == nullptr) return {};
    return {.state = lives_.shown(vm),
            .domid = life->domid,
            .stubdomid = life->stubdomid,
            .acpi = life->acpi,
            .memory_target_kib = std::int64_t{life->memory_mib} * 1024,
            .login_required = login_required(vm)};
}

bool Manager::login_required(const Uuid& vm) const {
    const auto user = registry_.tree(vm).get_or("crypto-user", "");
    return !user.empty() && !files_.is_mounted(user_folders + std::string{user});
}

asio::awaitable<void> Manager::load() {
    database_.listen(follower_);
    auto stored = load_store(co_await database_.dump("/"));
    for (const auto& name : stored.ignored)
        log::warn("node=/vm/{} ignored: not a uuid", text::escaped(name));
    registry_.load(std::move(stored.vms), std::move(stored.host));
    co_await maker_.configure_service_vms();
    for (const auto& vm : registry_.uuids()) {
        lives_.add(vm);
        for (const auto key : unreadable_keys(registry_.tree(vm)))
            log::warn("vm={} key={} has a value that cannot be read; its default counts", vm.text(),
                      text::escaped(key));
    }
    co_await lives_.recover();
}

void Manager::show_found(const Uuid& vm, ConfigTree tree) {
    log::info("vm={} found in the database", vm.text());
    registry_.put(vm, std::move(tree));
    registry_.refresh_host();
    lives_.add(vm);
    tell_appeared(listener_, vm, registry_.tree(vm));
    listener_.vm_created(vm);
}

void Manager::drop_lost(const Uuid& vm) {
    const auto* life = lives_.find(vm);
    if (life != nullptr && life->in_flight == Event::remove) return;    // our own deletion, which ends by itself
    if (life != nullptr && lives_.running(vm)) {
        log::error("vm={} was removed from the database while it runs; it is kept until it stops", vm.text());
        return;
    }
    log::info("vm={} is gone from the database", vm.text());
    lives_.remove(vm);
    tell_devices_gone(listener_, vm, registry_.tree(vm));
    registry_.erase(vm);
    registry_.refresh_host();
    configs_.forget(vm);
    listener_.vm_deleted(vm);
}

void Manager::store_language(const std::string& language) try {
    std::filesystem::create_directories(language_file_.parent_path());
    files::replace(language_file_, language_file(language));
    HostFacts facts = host_facts();
    facts.language = language;
    set_host_facts(std::move(facts));
} catch (const std::system_error& error) {
    fail(errors::io_error, language_file_.string(), "{}", error.code().message());
}

asio::awaitable<std::string> Manager::read_domstore(Uuid vm, std::string untrusted_key) {
    registry_.tree(vm);
    return database_.read("/dom-store/" + vm.text() + "/" + db_key_path(untrusted_key));
}

asio::awaitable<void> Manager::write_domstore(Uuid vm, std::string untrusted_key, std::string value) {
    registry_.tree(vm);
    StringMap values{{"/dom-store/" + vm.text() + "/" + db_key_path(untrusted_key), std::move(value)}};
    return database_.write(std::move(values), StringList{});
}

asio::awaitable<void> Manager::bring_to_screen(Uuid vm) {
    const auto before = registry_.view(vm).live;
    if (before.domid < 0) co_return;
    if (before.acpi == acpi_sleeping) co_await lives_.resume(vm);
    const int domid = registry_.view(vm).live.domid;
    if (domid < 0) co_return;
    const bool shown = co_await input_.switch_focus(domid);
    if (!shown) log::warn("vm={} domid={} is not shown: the input daemon refused", vm.text(), domid);
}

asio::awaitable<void> Manager::ask_login(Uuid vm) {
    std::string user{registry_.tree(vm).get_or("crypto-user", "")};
    if (!user.empty()) co_await input_.ask_login(std::move(user));
}

std::vector<std::uint8_t> Manager::read_icon(const Uuid& vm) const {
    const auto path = std::get<std::string>(get(registry_.view(vm), VmProperty::image_path));
    std::error_code error;
    const auto root = std::filesystem::weakly_canonical(icon_root, error);
    const auto file = std::filesystem::weakly_canonical(root / std::filesystem::path{path}.relative_path(), error);
    const auto inside = std::mismatch(root.begin(), root.end(), file.begin(), file.end()).first == root.end();
    if (error || path.empty() || !inside) fail(errors::no_such_file, vm.text(), "the VM has no icon");
    if (!files_.exists(file)) fail(errors::no_such_file, file.string(), "the VM's icon is not there");
    const auto bytes = files::read(file, most_icon_bytes);
    return {bytes.begin(), bytes.end()};
}

ImageFacts Manager::image_facts(const Uuid& vm, int disk) const {
    const auto configured = read_disk(registry_.tree(vm), disk);
    if (configured.type != model::DiskType::vhd || configured.path.empty()) return {};
    const auto image = images_.look_at_vhd(configured.path);
    const auto mib = std::min<std::int64_t>(image.virtual_bytes >> 20, std::numeric_limits<std::int32_t>::max());
    return {.key_set = image.key_set,
            .virtual_size_mb = static_cast<std::int32_t>(mib),
            .utilization_bytes = image.stored_bytes};
}

void Manager::remove_image(const std::string& path) { files_.remove(path); }

}    // namespace xm::xenmgr
