#pragma once
// Hooks: programs that an administrator attached to moments of a VM's life. A property may name several, separated by
// semicolons. A hook that starts with "rpc:" is a call on the bus, anything else the path of a program, which is run
// directly: no shell, no splitting of arguments.

#include "base/uuid.hpp"
#include "base/value.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace xm::connect {

// The hooks in a property's text, in order; blanks around them and empty parts are dropped.
StringList hooks_in(std::string_view text);

class Hooks {
public:
    virtual ~Hooks() = default;

    // One hook. Failures: errors::hook_failed (it failed, or did not end in time and was killed), bad_hook.
    virtual boost::asio::awaitable<void> run(std::string hook, StringList arguments,
                                             std::chrono::milliseconds deadline) = 0;
};

// The hooks of a VM's property, one after the other, each with the VM's uuid as its argument. The first that fails ends
// it; the failure names the VM and the hook.
boost::asio::awaitable<void> run_hooks_of(Uuid vm, Hooks& hooks, std::string text, std::chrono::milliseconds deadline);

// Runs programs. Their lines are logged, standard output as info and standard error as warnings. A program that is
// not wanted any longer (deadline, cancellation) is killed with all that it started.
class HookPrograms final : public Hooks {
public:
    // `calls` performs the hooks that start with "rpc:"; without it they fail as bad_hook. It must outlive this object.
    explicit HookPrograms(boost::asio::any_io_executor executor, Hooks* calls = nullptr);

    boost::asio::awaitable<void> run(std::string hook, StringList arguments,
                                     std::chrono::milliseconds deadline) override;

private:
    boost::asio::any_io_executor executor_;
    Hooks* calls_;
};

}    // namespace xm::connect
