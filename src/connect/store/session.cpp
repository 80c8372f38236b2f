#include "connect/store/session.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "connect/store/libxenstore.hpp"
#include "gen/errors.hpp"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace xm::connect::store {
namespace {

constexpr int most_turns = 64;    // of a transaction that others disturb

// What libxenstore says when there is no daemon at the other end; the daemon itself never says these.
bool is_lost(int error) { return error == EBADF || error == EPIPE || error == ECONNRESET; }

std::string cause_of(int error) {
    switch (error) {
        case EACCES:
        case EPERM:
            return "no permission for this node";
        case ENOSPC:
        case EDQUOT:
            return "the quota is used up";
        case E2BIG:
            return "longer than xenstore allows";
        case EINVAL:
            return "not a path, or not a value, that xenstore takes";
        default:
            return std::strerror(error);
    }
}

Access access_of(unsigned bits) { return static_cast<Access>(bits & (XS_PERM_READ | XS_PERM_WRITE)); }
static_assert(static_cast<int>(Access::read) == XS_PERM_READ && static_cast<int>(Access::write) == XS_PERM_WRITE);

xs_permissions entry_of(std::uint32_t domid, Access access) {
    xs_permissions entry{};
    entry.id = domid;
    entry.perms = static_cast<decltype(entry.perms)>(access);
    return entry;
}

// Ends without effect unless it was committed.
class Transaction {
public:
    explicit Transaction(xs_handle* handle) : handle_{handle}, id_{xs_transaction_start(handle)} {}
    ~Transaction() {
        if (id_ != XBT_NULL) xs_transaction_end(handle_, id_, true);
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    xs_transaction_t id() const { return id_; }
    bool commit() { return xs_transaction_end(handle_, std::exchange(id_, XBT_NULL), false); }

private:
    xs_handle* handle_;
    xs_transaction_t id_;
};

}    // namespace

void Session::refuse(const std::string& path, int error) {
    if (is_lost(error)) throw ConnectionLost{};
    fail(errors::io_error, text::escaped(path), "xenstore: {}", cause_of(error));
}

std::optional<std::string> Session::read(const std::string& path) {
    unsigned length = 0;
    const Given<char> value{static_cast<char*>(xs_read(handle_, transaction_, path.c_str(), &length))};
    if (value) return std::string{value.get(), length};
    if (errno == ENOENT) return std::nullopt;
    refuse(path, errno);
}

std::optional<Permissions> Session::permissions(const std::string& path) {
    unsigned count = 0;
    const Given<xs_permissions[]> all{xs_get_permissions(handle_, transaction_, path.c_str(), &count)};
    if (!all && errno == ENOENT) return std::nullopt;
    if (!all || count == 0) refuse(path, errno);
    Permissions found{.owner = all[0].id, .others = access_of(all[0].perms)};
    for (unsigned at = 1; at < count; ++at)
        found.entries.push_back({all[at].id, access_of(all[at].perms)});
    return found;
}

std::optional<Node> Session::look(const std::string& path) {
    auto value = read(path);
    if (!value) return std::nullopt;
    auto whose = permissions(path);
    if (!whose) return std::nullopt;
    return Node{std::move(*value), std::move(*whose)};
}

StringList Session::list(const std::string& path) {
    unsigned count = 0;
    const Given<char*[]> names{xs_directory(handle_, transaction_, path.c_str(), &count)};
    if (names) return {names.get(), names.get() + count};
    if (errno == ENOENT) return {};
    refuse(path, errno);
}

void Session::write(const std::string& path, const std::string& value) {
    const auto length = static_cast<unsigned>(value.size());
    if (!xs_write(handle_, transaction_, path.c_str(), value.data(), length)) refuse(path, errno);
}

void Session::remove(const std::string& path) {
    if (!xs_rm(handle_, transaction_, path.c_str()) && errno != ENOENT) refuse(path, errno);
}

void Session::set_permissions(const std::string& path, const Permissions& to) {
    std::vector<xs_permissions> all{entry_of(to.owner, to.others)};
    for (const auto& entry : to.entries)
        all.push_back(entry_of(entry.domid, entry.access));
    const auto count = static_cast<unsigned>(all.size());
    if (!xs_set_permissions(handle_, transaction_, path.c_str(), all.data(), count)) refuse(path, errno);
}

void Session::transact(const std::function<void(Session&)>& body) {
    for (int turn = 0; turn < most_turns; ++turn) {
        Transaction transaction{handle_};
        if (transaction.id() == XBT_NULL) refuse("", errno);
        Session inside{handle_, transaction.id()};
        body(inside);
        if (transaction.commit()) return;
        if (errno != EAGAIN) refuse("", errno);
    }
    fail(errors::io_error, "", "xenstore: others changed the same nodes {} times in a row", most_turns);
}

}    // namespace xm::connect::store
