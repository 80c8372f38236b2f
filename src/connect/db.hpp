#pragma once
// The configuration database (dbd) as its clients see it. Paths start with a slash; a value is text. Every call ends
// within its own deadline with errors::database_unavailable, or with the error that dbd answered.

#include "base/value.hpp"

#include <boost/asio/awaitable.hpp>

#include <string>

namespace xm::connect {

class DatabaseEvents {
public:
    virtual ~DatabaseEvents() = default;

    // Something was stored or removed, by anybody, ourselves included: nodes, or roots of subtrees.
    virtual void on_database_changed(const StringList& paths) = 0;

    // dbd was started again and may hold anything.
    virtual void on_database_restarted() = 0;
};

class Database {
public:
    virtual ~Database() = default;

    // Once, before anything else. `events` must outlive this object.
    virtual void listen(DatabaseEvents& events) = 0;

    virtual boost::asio::awaitable<std::string> dump(std::string path) = 0;    // JSON text; "null" if absent
    virtual boost::asio::awaitable<std::string> read(std::string path) = 0;    // empty if absent

    // One transaction: removals first, then writes. Stored safely when it returns.
    virtual boost::asio::awaitable<void> write(StringMap values, StringList removed) = 0;

    // Replaces the whole subtree at path by a JSON object.
    virtual boost::asio::awaitable<void> inject(std::string path, std::string json) = 0;
};

}    // namespace xm::connect
