#include "connect/xl/toolstack.hpp"

#include "base/failure.hpp"
#include "connect/xl/domain_config.hpp"
#include "connect/xl/hypercalls.hpp"
#include "connect/xl/images.hpp"
#include "connect/xl/toolstack_parts.hpp"
#include "gen/errors.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace xm::connect::xl {
namespace {

constexpr const char* note_id = "xenvm";
constexpr std::uint32_t image_stream_version = 2;    // what libxl has written since Xen 4.6

template <class T>
using awaitable = Toolstack::awaitable<T>;

using Info = Owned<libxl_dominfo, libxl_dominfo_init, libxl_dominfo_dispose>;
using RestoreParams =
    Owned<libxl_domain_restore_params, libxl_domain_restore_params_init, libxl_domain_restore_params_dispose>;

// Everything that libxl uses while it builds a domain.
struct Build {
    DomainConfig config;
    RestoreParams params{};
    std::uint32_t domid = INVALID_DOMID;
};

std::string text_of(const libxl_uuid& uuid) {
    std::array<char, LIBXL_UUID_FMTLEN + 1> text{};
    std::snprintf(text.data(), text.size(), LIBXL_UUID_FMT, LIBXL_UUID_BYTES(uuid));
    return text.data();
}

DomainInfo to_info(const libxl_dominfo& info) {
    DomainInfo result{.life = DomainLife::running, .death = model::DownReason::none, .ran = info.cpu_time != 0};
    if (info.paused) result.life = DomainLife::paused;
    if (!info.shutdown) return result;
    const bool suspended = info.shutdown_reason == LIBXL_SHUTDOWN_REASON_SUSPEND;
    result.life = suspended ? DomainLife::suspended : DomainLife::dead;
    if (!suspended) result.death = reason_of(info.shutdown_reason);
    return result;
}

// libxl itself would find out late, after it has taken what there is.
void require_memory(libxl_ctx* context, Build& build, const std::string& uuid) {
    std::uint64_t needed_kib = 0;
    std::uint64_t free_kib = 0;
    if (libxl_domain_need_memory(context, build.config.get(), build.domid, &needed_kib) != 0) return;
    if (libxl_get_free_memory(context, &free_kib) != 0 || needed_kib <= free_kib) return;
    fail(errors::not_enough_memory, uuid, "{} MiB needed, {} MiB free", needed_kib / 1024, free_kib / 1024);
}

}    // namespace

model::DownReason reason_of(int shutdown_code) {
    switch (shutdown_code) {
        case LIBXL_SHUTDOWN_REASON_POWEROFF:
            return model::DownReason::halt;
        case LIBXL_SHUTDOWN_REASON_REBOOT:
        case LIBXL_SHUTDOWN_REASON_SOFT_RESET:
            return model::DownReason::reboot;
        case LIBXL_SHUTDOWN_REASON_SUSPEND:
            return model::DownReason::suspend;
        default:    // crash, watchdog, and what a later hypervisor may add
            return model::DownReason::crash;
    }
}

Toolstack::Toolstack(boost::asio::any_io_executor executor, std::function<void(int)> on_event)
    : parts_{std::make_unique<Parts>(std::move(executor), std::move(on_event))} {}

Toolstack::~Toolstack() = default;

std::optional<int> Toolstack::find(const Uuid& uuid) {
    int count = 0;
    libxl_dominfo* all = libxl_list_domain(parts_->ctx(), &count);
    const auto ours = [&](const libxl_dominfo& info) {
        return !info.dying && info.domid != 0 && text_of(info.uuid) == uuid.text();
    };
    const auto found = std::find_if(all, all + count, ours);
    const auto domid = found == all + count ? std::nullopt : std::optional{static_cast<int>(found->domid)};
    libxl_dominfo_list_free(all, count);
    return domid;
}

std::optional<DomainInfo> Toolstack::info(int domid) {
    Info info;
    if (libxl_domain_info(parts_->ctx(), info.get(), static_cast<std::uint32_t>(domid)) != 0 || info->dying)
        return std::nullopt;
    return to_info(*info);
}

int Toolstack::stubdomid(int domid) {
    const int stub = libxl_get_stubdom_id(parts_->ctx(), domid);
    return stub > 0 ? stub : -1;
}

int Toolstack::acpi_state(int domid) { return xl::acpi_state(domid); }

bool Toolstack::hears_requests(int domid) { return xl::has_drivers(domid); }

std::int64_t Toolstack::memory_target_kib(int domid) {
    std::uint64_t kib = 0;
    const auto id = static_cast<std::uint32_t>(domid);
    return libxl_get_memory_target(parts_->ctx(), id, &kib) == 0 ? static_cast<std::int64_t>(kib) : 0;
}

void Toolstack::watch_death(int domid) {
    libxl_evgen_domain_death*& death = parts_->death;    // goes with the context
    if (death) libxl_evdisable_domain_death(parts_->ctx(), death);
    death = nullptr;
    const auto id = static_cast<std::uint32_t>(domid);
    parts_->context.require(libxl_evenable_domain_death(parts_->ctx(), id, 0, &death), "watch", domid);
}

awaitable<int> Toolstack::create(const model::GuestSpec& spec) {
    const auto build = std::make_shared<Build>();
    build->config = domain_config(spec);
    require_readable(spec);
    require_memory(parts_->ctx(), *build, spec.uuid);
    const Begin begin = [build, context = parts_->ctx()](const libxl_asyncop_how* how) {
        return libxl_domain_create_new(context, build->config.get(), &build->domid, how, nullptr);
    };
    Request request{"create", spec.uuid, limits::build, begin};
    co_await parts_->context.operations().perform(std::move(request));
    co_return static_cast<int>(build->domid);
}

awaitable<int> Toolstack::restore(const model::GuestSpec& spec, int image) {
    const auto build = std::make_shared<Build>();
    build->config = domain_config(spec);
    require_readable(spec);
    build->params->stream_version = image_stream_version;
    require_memory(parts_->ctx(), *build, spec.uuid);
    const Begin begin = [build, image, context = parts_->ctx()](const libxl_asyncop_how* how) {
        return libxl_domain_create_restore(context, build->config.get(), &build->domid, image, -1, build->params.get(),
                                           how, nullptr);
    };
    Request request{"restore", spec.uuid, limits::image, begin};
    co_await parts_->context.operations().perform(std::move(request));
    co_return static_cast<int>(build->domid);
}

void Toolstack::keep_note(int domid, const std::string& text) {
    const std::vector<std::uint8_t> data(text.begin(), text.end());
    const auto id = static_cast<std::uint32_t>(domid);
    const int code = libxl_userdata_store(parts_->ctx(), id, note_id, data.data(), static_cast<int>(data.size()));
    parts_->context.require(code, "keep a note", domid);
}

std::string Toolstack::note(int domid) {
    std::uint8_t* data = nullptr;
    int size = 0;
    const auto id = static_cast<std::uint32_t>(domid);
    if (libxl_userdata_retrieve(parts_->ctx(), id, note_id, &data, &size) != 0 || !data) return {};
    const std::unique_ptr<std::uint8_t, void (*)(void*)> owner{data, &std::free};
    return {data, data + size};
}

std::string Toolstack::console(int domid) {
    char* path = nullptr;
    const auto id = static_cast<std::uint32_t>(domid);
    parts_->context.require(libxl_primary_console_get_tty(parts_->ctx(), id, &path), "console", domid);
    const std::unique_ptr<char, void (*)(void*)> owner{path, &std::free};
    return path;
}

awaitable<void> Toolstack::abort() { return parts_->context.operations().abort(); }

}    // namespace xm::connect::xl
