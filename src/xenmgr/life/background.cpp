#include "xenmgr/life/background.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace xm::xenmgr {

void in_background(const boost::asio::any_io_executor& executor, boost::asio::awaitable<void> work, const char* what,
                   const Uuid& vm) {
    boost::asio::co_spawn(executor, std::move(work), [what, vm](const std::exception_ptr& error) {
        if (error) try {
                std::rethrow_exception(error);
            } catch (const std::exception& failure) {
                log::warn("vm={} {} failed cause={}", vm.text(), what, failure.what());
            }
    });
}

}    // namespace xm::xenmgr
