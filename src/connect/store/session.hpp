#pragma once
// One connection to xenstore, as libxenstore leads it: every function waits for the daemon. So it is used by the one
// thread that store/worker.hpp starts, in work that is given to store/store.hpp, and nowhere else.
//
// Failures: errors::io_error, with the path as object: no permission, quota used up, too long, not a path.

#include "base/value.hpp"
#include "connect/store/permissions.hpp"

#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>

struct xs_handle;

namespace xm::connect::store {

// The daemon has gone, or never answers again on this connection. Only the worker sees it.
struct ConnectionLost final : std::exception {};

class Session {
public:
    explicit Session(xs_handle* handle, std::uint32_t transaction = 0) : handle_{handle}, transaction_{transaction} {}

    std::optional<std::string> read(const std::string& path);           // nothing: there is no such node
    std::optional<Permissions> permissions(const std::string& path);    // the same
    std::optional<Node> look(const std::string& path);                  // the same; two requests
    StringList list(const std::string& path);                           // names of children; none if there is no node
    void write(const std::string& path, const std::string& value);      // makes the nodes above it too
    void remove(const std::string& path);                               // and what is below it; fine if there is none
    void set_permissions(const std::string& path, const Permissions& to);

    // All of `body` or nothing, as if nobody else were there. `body` is called again when others were quicker, so it
    // must not do anything but call the session that it is given.
    void transact(const std::function<void(Session&)>& body);

private:
    [[noreturn]] static void refuse(const std::string& path, int error);

    xs_handle* handle_;
    std::uint32_t transaction_;    // 0: none
};

}    // namespace xm::connect::store
