#include "xenmgr/manager/gathering.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "base/uuid.hpp"
#include "gen/errors.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <utility>

namespace xm::xenmgr {
namespace asio = boost::asio;
namespace {

constexpr unsigned for_owner_only = 0600;
constexpr std::size_t longest_name = 100;

bool is_plain_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
               c == '-';
    };
    return !name.empty() && name.size() <= longest_name && name.front() != '.' && std::ranges::all_of(name, allowed);
}

std::string bytes_of(const std::string& hex) {
    std::string bytes;
    bytes.reserve(hex.size() / 2);
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        const auto byte = text::parse_number<std::uint8_t>(std::string_view{hex}.substr(at, 2), 16);
        if (!byte) break;
        bytes += static_cast<char>(*byte);
    }
    if (bytes.size() * 2 != hex.size())
        fail(errors::bad_value, "data", "must be hexadecimal digits, two for each byte");
    return bytes;
}

}    // namespace

std::filesystem::path Gathering::open() try {
    if (!directory_.empty()) fail(errors::host_busy, "diagnostics", "they are being gathered already");
    directory_ = below_ / ("sr-xcdiag-" + Uuid::random().text());
    std::filesystem::create_directory(directory_);
    std::filesystem::permissions(directory_, std::filesystem::perms::owner_all);
    files_ = bytes_ = 0;
    return directory_;
} catch (const std::filesystem::filesystem_error& error) {
    const auto directory = std::exchange(directory_, {});
    fail(errors::io_error, directory.string(), "{}", error.code().message());
}

asio::awaitable<void> Gathering::close_after(std::size_t files, std::chrono::seconds time) {
    timer_.expires_after(time);
    while (files_ < files) {
        boost::system::error_code rung;    // set: a file came
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, rung));
        if (!rung) break;
    }
    directory_.clear();
}

void Gathering::put(const std::string& name, const std::string& data) try {
    if (directory_.empty()) fail(errors::not_gathering_diagnostics, "", "nobody asked for diagnostic data");
    if (!is_plain_name(name))
        fail(errors::bad_value, "name",
             "'{}' is no plain file name: letters, digits, dots, dashes and underscores, "
             "not a dot first, at most {}",
             text::escaped(name), longest_name);
    if (files_ >= most_files || bytes_ + data.size() / 2 > most_bytes)
        fail(errors::limits_exceeded, "diagnostics", "the guests have handed in too much already");
    const auto bytes = bytes_of(data);
    files::replace(directory_ / name, bytes, for_owner_only);
    bytes_ += bytes.size();
    ++files_;
    timer_.cancel();
} catch (const std::system_error& error) {
    fail(errors::io_error, (directory_ / name).string(), "{}", error.code().message());
}

}    // namespace xm::xenmgr
