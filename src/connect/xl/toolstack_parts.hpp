#pragma once
// What the sources of Toolstack share.

#include "connect/xl/context.hpp"
#include "connect/xl/toolstack.hpp"

#include <set>
#include <utility>

namespace xm::connect::xl {

struct Toolstack::Parts {
    Parts(boost::asio::any_io_executor executor, std::function<void(int)> on_event)
        : context{std::move(executor), std::move(on_event)} {}

    libxl_ctx* ctx() { return context.get(); }

    // A request about a domain; `begin` gets libxl's context, the domain's id and how the end is told.
    template <class F>
    Request request(const char* name, int domid, std::chrono::milliseconds limit, F begin) {
        const auto id = static_cast<std::uint32_t>(domid);
        return {name, std::to_string(domid), limit,
                [this, id, begin](const libxl_asyncop_how* how) { return begin(ctx(), id, how); }};
    }

    Context context;
    libxl_evgen_domain_death* death = nullptr;    // of watch_death()
};

// Limits. Ample, as a host may be busy: they are there for what hangs.
namespace limits {
inline constexpr std::chrono::seconds build{180};
inline constexpr std::chrono::seconds device{90};
inline constexpr std::chrono::seconds destroy{120};
inline constexpr std::chrono::seconds request{30};
inline constexpr std::chrono::minutes image{60};
}    // namespace limits

}    // namespace xm::connect::xl
