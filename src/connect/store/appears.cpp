#include "connect/store/appears.hpp"

#include <sys/inotify.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace xm::connect::store {
namespace {

constexpr std::uint32_t appearing = IN_CREATE | IN_MOVED_TO | IN_ATTRIB;
constexpr std::uint32_t folder_gone = IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED;

bool is_there(const std::filesystem::path& path) {
    std::error_code unreadable;
    return std::filesystem::exists(path, unreadable);
}

}    // namespace

Appears::Appears(boost::asio::any_io_executor executor, std::filesystem::path file, std::function<void()> on_appear)
    : file_{std::move(file)}, on_appear_{std::move(on_appear)}, news_{executor} {
    settle();
    wait();
}

// Looks at the nearest folder above the file that exists. One that appears meanwhile is looked at in its turn.
void Appears::settle() {
    for (;;) {
        auto folder = file_.parent_path();
        expected_ = file_.filename().string();
        for (; folder.has_relative_path() && !is_there(folder); folder = folder.parent_path())
            expected_ = folder.filename().string();
        news_.close();
        Fd news{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
        if (!news) return;
        news_.assign(news.release());
        ::inotify_add_watch(news_.native_handle(), folder.c_str(), appearing | IN_DELETE_SELF | IN_MOVE_SELF);
        if (folder == file_.parent_path() || !is_there(folder / expected_)) return;
    }
}

void Appears::wait() {
    news_.async_wait(news_.wait_read, [this](const boost::system::error_code& error) {
        if (error) return;
        if (concerns_us()) {
            settle();
            if (is_there(file_)) on_appear_();
        }
        wait();
    });
}

// Takes all that has been told.
bool Appears::concerns_us() {
    alignas(inotify_event) std::array<char, 4096> buffer{};
    bool ours = false;
    for (;;) {
        const auto size = ::read(news_.native_handle(), buffer.data(), buffer.size());
        if (size <= 0) return ours;
        for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const std::string_view name = event.len > 0 ? buffer.data() + at + sizeof event : "";
            ours = ours || name == expected_ || (event.mask & folder_gone) != 0;
            at += sizeof event + event.len;
        }
    }
}

}    // namespace xm::connect::store
