#include "base/failure.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "rpcproxy/channel_kinds.hpp"
#include "rpcproxy/denial_log.hpp"
#include "rpcproxy/guest_domains.hpp"
#include "vchan/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace xm::rpcproxy {
namespace {

class VchanLink final : public Link {
public:
    explicit VchanLink(std::shared_ptr<vchan::Stream> stream) : stream_{std::move(stream)} {}
    ~VchanLink() override { stream_->close(); }
    VchanLink(const VchanLink&) = delete;
    VchanLink& operator=(const VchanLink&) = delete;

    Got read(std::span<std::byte> into) override { return of(stream_->read(into)); }
    Got write(Bytes bytes) override { return of(stream_->write(bytes)); }
    void when_readable(std::function<void()> handler) override { stream_->when_readable(std::move(handler)); }
    void when_writable(std::function<void()> handler) override { stream_->when_writable(std::move(handler)); }
    void close() override { stream_->close(); }

private:
    static Got of(vchan::Stream::Got got) { return {got.open ? State::open : State::closed, got.bytes}; }

    std::shared_ptr<vchan::Stream> stream_;    // shared with the session, which may end first
};

// A server for each domain, or for one, from when it runs until it has gone. Whose peer it is, Xen says.
class VchanListener final : public Listener {
public:
    VchanListener(Executor executor, GuestDomains& guests, std::optional<std::uint32_t> only)
        : executor_{std::move(executor)}, guests_{guests}, only_{only} {}

    void open(std::function<void(Arrival)> on_arrival) override {
        on_arrival_ = std::move(on_arrival);
        guests_.watch([this](const auto& running) { on_domains(running); });
    }

private:
    void on_domains(const std::vector<std::uint32_t>& running) {
        std::erase_if(servers_, [&](const auto& server) { return std::ranges::count(running, server.first) == 0; });
        for (const std::uint32_t domid : running)
            if (only_.value_or(domid) == domid && !servers_.contains(domid)) serve(domid);
    }

    // Where it does not work it is tried again when another domain has come or gone.
    void serve(std::uint32_t domid) try {
        servers_.emplace(domid, std::make_unique<vchan::Server>(
                                    executor_, guests_.open(domid),
                                    vchan::Server::Events{
                                        .on_stream = [this, domid](auto stream) { take_in(domid, std::move(stream)); },
                                        .on_turned_away = [this, domid](vchan::Fault fault) { tell(domid, fault); }}));
        log::debug("serves domid={}", domid);
    } catch (const std::exception& failure) {
        log::error("has no vchan to domid={}: {}", domid, failure.what());
    }

    void take_in(std::uint32_t domid, std::shared_ptr<vchan::Stream> stream) try {
        on_arrival_({std::make_unique<VchanLink>(std::move(stream)), domid});
    } catch (const std::exception& failure) {
        log::error("a peer of domid={} cannot be served: {}", domid, failure.what());
    }

    void tell(std::uint32_t domid, vchan::Fault fault) {
        const std::string who = fmt::format("domid={}", domid);
        if (logs_.of(who).has_room(DenialLog::Clock::now())) log::warn("turned away {}: {}", who, fault);
    }

    Executor executor_;
    GuestDomains& guests_;
    std::optional<std::uint32_t> only_;
    std::function<void(Arrival)> on_arrival_;
    DenialLogs logs_;
    std::map<std::uint32_t, std::unique_ptr<vchan::Server>> servers_;
};

}    // namespace

std::unique_ptr<Listener> listen_vchan(const Executor& executor, std::string_view rest, GuestDomains* guests) {
    const auto domid = text::parse_number<std::uint16_t>(rest);
    if (!rest.empty() && domid.value_or(0) == 0)
        fail(errors::bad_channel, "vchan:" + text::escaped(rest), "expected vchan: or vchan:DOMID");
    if (!guests) fail(errors::bad_channel, "vchan:" + text::escaped(rest), "there are no domains here");
    return std::make_unique<VchanListener>(executor, *guests,
                                           rest.empty() ? std::nullopt : std::optional<std::uint32_t>{*domid});
}

}    // namespace xm::rpcproxy
