#include "xenvm/commands_bus.hpp"

#include "base/failure.hpp"
#include "bus/connection.hpp"
#include "bus/service.hpp"
#include "connect/monitor.hpp"
#include "connect/monitor_errors.hpp"
#include "gen/xenvm_signal_notify_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace xm::xenvm {
namespace {

// Not a row of the catalogue: the text is "xenvm: " and then what the socket would say.
constexpr ErrorInfo refusal{
    .code = 0, .symbol = "xenvm", .dbus_name = "org.freedesktop.DBus.Error.Failed", .remedy = ""};

std::string method_name(std::string_view command) {
    std::string name{command};
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

// Every spelling of every command, as it is called on the bus.
std::vector<std::string> method_names() {
    std::vector<std::string> names;
    for (const Command& command : commands()) {
        names.push_back(method_name(command.name));
        if (!command.alias.empty()) names.push_back(method_name(command.alias));
    }
    return names;
}

// The dispatch table that rpcgen would write if the names were known when it ran.
class CommandInterface {
public:
    CommandInterface(std::string name, CommandContext commands_context)
        : context_{std::move(commands_context)}, name_{std::move(name)}, names_{method_names()} {
        introspection_ = fmt::format("  <interface name=\"{}\">\n", name_);
        for (const std::string& method : names_) {
            methods_.push_back({.name = method, .in = "a{ss}", .out = "s"});
            introspection_ += fmt::format(
                "    <method name=\"{}\">\n      <arg name=\"params\" type=\"a{{ss}}\" direction=\"in\"/>\n"
                "      <arg name=\"result\" type=\"s\" direction=\"out\"/>\n    </method>\n",
                method);
        }
        introspection_ += "  </interface>\n";
        schema_ = {.name = name_, .properties = {}, .methods = methods_, .signals = {}};
        table_ = {.schema = &schema_,
                  .introspection = introspection_.c_str(),
                  .invoke = &invoke,
                  .get = nullptr,
                  .set = nullptr};
    }
    CommandInterface(const CommandInterface&) = delete;
    CommandInterface& operator=(const CommandInterface&) = delete;

    bus::Face face() { return {&table_, this}; }
    const bus::Interface* table() const { return &table_; }

private:
    static boost::asio::awaitable<void> invoke(void* self, std::size_t method, bus::Reader call, bus::Caller,
                                               bus::Reply& reply) {
        auto& object = *static_cast<CommandInterface*>(self);
        StringMap params = call.take<StringMap>();
        const CommandResult result = co_await object.run(object.names_[method], std::move(params));
        if (result) reply.results().put(*result);
    }

    // Refusals keep the words that callers of this interface know.
    boost::asio::awaitable<CommandResult> run(const std::string& name, StringMap params) {
        try {
            co_return co_await run_command(context_, name, std::move(params));
        } catch (const Failure& failure) {
            fail(refusal, "", "{}", connect::monitor_message(failure));
        }
    }

    CommandContext context_;
    std::string name_;
    std::vector<std::string> names_;
    std::vector<idl::Method> methods_;
    std::string introspection_;
    idl::Interface schema_;
    bus::Interface table_{};
};

class RootObject final : public bus::Object {
public:
    explicit RootObject(bus::Face face) : face_{face} {}
    std::span<const bus::Face> faces() override { return {&face_, 1}; }

private:
    bus::Face face_;
};

class RootFamily final : public bus::Family {
public:
    explicit RootFamily(CommandInterface& commands_interface)
        : commands_{commands_interface}, table_{commands_.table()} {}

    std::span<const bus::Interface* const> interfaces() const override { return {&table_, 1}; }
    std::vector<std::string> paths() const override { return {"/"}; }
    std::unique_ptr<bus::Object> find(std::string_view path) override {
        return path == "/" ? std::make_unique<RootObject>(commands_.face()) : nullptr;
    }

private:
    CommandInterface& commands_;
    const bus::Interface* table_;
};

}    // namespace

struct CommandBus::State {
    State(boost::asio::io_context& loop, bool session_bus, const Uuid& machine, CommandContext context)
        : uuid{machine.text()},
          path{"/org/xen/vm/" + machine.path_form()},
          connection{loop, session_bus ? bus::Kind::session : bus::Kind::system},
          commands_interface{"org.xen.vm.uuid_" + machine.path_form(), std::move(context)},
          family{commands_interface},
          service{connection} {
        service.serve(family);
        connection.own_name(std::string{commands_interface.table()->schema->name});
    }

    void emit(int code, const std::string& message) {
        gen::xenvm_signal_notify::emit_notify(connection, path, uuid, code, message);
    }

    std::string uuid;
    std::string path;
    bus::Connection connection;
    CommandInterface commands_interface;
    RootFamily family;
    bus::Service service;
};

CommandBus::CommandBus(boost::asio::io_context& loop, bool session_bus, const Uuid& uuid, CommandContext context)
    : state_{std::make_unique<State>(loop, session_bus, uuid, std::move(context))} {
    state_->emit(connect::notify_started, "dbus-rpc-up");
}

CommandBus::~CommandBus() = default;

void CommandBus::on_news(int code, const std::string& message, const model::MonitorFacts&) {
    if (!message.empty()) state_->emit(code, message);
}

}    // namespace xm::xenvm
