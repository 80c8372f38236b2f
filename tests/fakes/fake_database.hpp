#pragma once
// A database that remembers what was stored, as flat paths, and can be told to refuse or to be slow.

#include "base/failure.hpp"
#include "connect/db.hpp"
#include "gen/errors.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace xm::fakes {

class FakeDatabase final : public connect::Database {
public:
    StringMap stored;                            // path -> value, of write()
    std::map<std::string, std::string> trees;    // path -> JSON, of inject(); answered by dump()
    std::vector<std::string> log;                // "write /a=1 -/b", "inject /vm/x", in order
    bool full = false;                           // refuses to store
    std::chrono::milliseconds delay{0};

    void listen(connect::DatabaseEvents& events) override { events_ = &events; }
    connect::DatabaseEvents& events() { return *events_; }

    boost::asio::awaitable<std::string> dump(std::string path) override {
        const auto at = trees.find(path);
        co_return at == trees.end() ? "null\n" : at->second;
    }
    boost::asio::awaitable<std::string> read(std::string path) override {
        const auto at = stored.find(path);
        co_return at == stored.end() ? "" : at->second;
    }
    boost::asio::awaitable<void> write(StringMap values, StringList removed) override {
        co_await commit();
        std::string line = "write";
        for (const auto& path : removed)
            line += " -" + path;
        for (const auto& [path, value] : values)
            line += " " + path + "=" + value;
        log.push_back(line);
        for (const auto& path : removed)
            stored.erase(path);
        for (auto& [path, value] : values)
            stored[path] = value;
    }
    boost::asio::awaitable<void> inject(std::string path, std::string json) override {
        co_await commit();
        log.push_back("inject " + path);
        trees[path] = std::move(json);
    }

private:
    boost::asio::awaitable<void> commit() {
        if (delay.count() > 0) {
            boost::asio::steady_timer timer{co_await boost::asio::this_coro::executor, delay};
            co_await timer.async_wait(boost::asio::use_awaitable);
        }
        if (full) fail(errors::database_full, "", "no space left");
    }

    connect::DatabaseEvents* events_ = nullptr;
};

}    // namespace xm::fakes
