#pragma once
// The rules in force: the file's, and each VM's own from the database behind them; and what is known of the VMs. News
// reaches open conversations at once, because they look at the same Guest.

#include "rpcproxy/guest.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace xm::rpcproxy {

// What the manager and the database tell of a VM. Both answer in time, or count as silent.
class VmSource {
public:
    virtual ~VmSource() = default;

    virtual boost::asio::awaitable<VmProperties> properties(Uuid vm, std::vector<std::string> names) = 0;

    struct Line {
        std::string node;    // in the database
        std::string text;
    };
    // In the order of their numbers. Nothing: the database is there and does not answer.
    virtual boost::asio::awaitable<std::optional<std::vector<Line>>> rules(Uuid vm) = 0;
};

class Policies {
public:
    // Without rules yet. pause: before who was silent is asked again, a few times, each twice as long as the last.
    Policies(boost::asio::any_io_executor executor, std::string file, VmSource& source,
             std::chrono::milliseconds pause = std::chrono::seconds{1});

    // Failure: errors::bad_config with file, line and column; errors::io_error.
    void load();
    // The same while conversations are open: a bad file changes nothing and is logged.
    bool reload();

    // Whoever comes through a conversation; waits for the manager and the database the first time.
    boost::asio::awaitable<std::shared_ptr<const Guest>> guest(std::optional<Uuid> vm);

    void vm_changed(const Uuid& vm);    // its configuration, or its rules
    void all_changed();                 // the manager or the database was started again
    void nothing_is_known();            // the bus is gone

    // Until the process ends. Failure: errors::rule_parse_error; errors::no_such_rule.
    void add_rule(const std::string& text);
    void delete_rule(const std::string& text);

    const Rules& file_rules() const { return *file_rules_; }

private:
    using Guests = std::map<Uuid, std::shared_ptr<Guest>>;

    void use(std::vector<Rule> rules);
    std::vector<Rule> read_file() const;
    boost::asio::awaitable<void> refresh(Uuid vm, std::shared_ptr<Guest> guest);
    boost::asio::awaitable<void> ask_again(Uuid vm, std::shared_ptr<Guest> guest);
    void refresh_later(const Uuid& vm, const std::shared_ptr<Guest>& guest);
    void forget_unused();

    boost::asio::any_io_executor executor_;
    std::string file_;
    VmSource& source_;
    std::chrono::milliseconds pause_;
    std::vector<Rule> from_file_;
    std::vector<Rule> added_;
    std::shared_ptr<Rules> file_rules_;
    std::shared_ptr<Guest> stranger_ = std::make_shared<Guest>();    // a peer without VM
    Guests guests_;
};

// The rules of a VM's own: a line that does not parse is left out if it allows, and denies everything if it may deny.
// Appends to `rules`; returns what was wrong.
std::vector<Malformed> append_vm_rules(std::vector<Rule>& rules, const Uuid& vm,
                                       const std::vector<VmSource::Line>& lines);

}    // namespace xm::rpcproxy
