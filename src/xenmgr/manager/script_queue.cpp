#include "xenmgr/manager/script_queue.hpp"

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace xm::xenmgr {
namespace asio = boost::asio;
namespace {

constexpr std::size_t most_scripts = 1000;

}    // namespace

void ScriptQueue::put(std::string script) {
    if (scripts_.size() >= most_scripts)
        fail(errors::limits_exceeded, "script_queue", "{} scripts wait already", most_scripts);
    scripts_.push_back(std::move(script));
    bell_.cancel();
}

asio::awaitable<std::string> ScriptQueue::take() {
    while (scripts_.empty()) {
        boost::system::error_code rung;
        co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
    }
    auto script = std::move(scripts_.front());
    scripts_.pop_front();
    co_return script;
}

}    // namespace xm::xenmgr
