#include "xec/commands.hpp"

#include "base/failure.hpp"
#include "xec/failures.hpp"
#include "xec/help.hpp"
#include "xec/introspection.hpp"
#include "xec/monitor.hpp"
#include "xec/names.hpp"
#include "xec/report.hpp"
#include "xec/signature.hpp"
#include "xec/syslog_note.hpp"
#include "xec/terminal.hpp"
#include "xec/value_parse.hpp"
#include "xec/value_print.hpp"
#include "xec/wait.hpp"

#include <optional>

namespace xm::xec {
namespace {

using Arguments = std::span<const std::string>;

constexpr std::size_t property_width = 35 - 2;    // with the blanks before the name, 35 columns

Description describe(Session& session) {
    const auto results = session.client.call({session.service, session.object, names::introspectable, "Introspect"});
    const auto* xml = results.size() == 1 ? std::get_if<std::string>(&results[0].value) : nullptr;
    if (xml == nullptr) fail(failures::bad_reply, session.object, "the answer to Introspect is not one text");
    return parse_introspection(*xml);
}

[[noreturn]] void not_found(Session& session, std::string_view kind, const std::string& name) {
    const auto what = fmt::format("{} {}", kind, quotable(name));
    if (session.options.interface) fail(failures::not_found, what, "not found in {}", *session.options.interface);
    fail(failures::not_found, what, "not found in any of the interfaces");
}

Found<Property> property_of(Session& session, const Description& description, const std::string& name) {
    const auto found = find_property(description, session.options.interface, name);
    if (!found) not_found(session, "property", name);
    return *found;
}

std::string interface_of_property(Session& session, const std::string& name) {
    if (session.options.interface) return *session.options.interface;
    return property_of(session, describe(session), name).interface->name;
}

int introspect(Session& session, Arguments) {
    const auto description = describe(session);
    const auto interfaces = chosen(description, session.options.interface);
    if (session.output.is_json()) {
        session.output.json({{"interfaces", render_json(interfaces)}, {"children", description.children}});
    } else {
        session.output.lines(render(interfaces));
    }
    return exit_done;
}

// One list for each kind of member; `names` picks it.
template <class Names>
int list(Session& session, Names names) {
    const auto description = describe(session);
    std::vector<std::string> found;
    for (const auto* interface : chosen(description, session.options.interface))
        names(*interface, found);
    session.output.names(found);
    return exit_done;
}

int list_interfaces(Session& session, Arguments) {
    const auto description = describe(session);
    std::vector<std::string> names;
    for (const auto& interface : description.interfaces)
        names.push_back(interface.name);
    session.output.names(names);
    return exit_done;
}

int list_methods(Session& session, Arguments) {
    return list(session, [](const Interface& interface, auto& names) {
        for (const auto& method : interface.methods)
            names.push_back(dashes(method.name));
    });
}

int list_properties(Session& session, Arguments) {
    return list(session, [](const Interface& interface, auto& names) {
        for (const auto& property : interface.properties)
            names.push_back(property.name);
    });
}

int get(Session& session, Arguments words) {
    const auto interface = interface_of_property(session, words[0]);
    session.output.value(session.client.get(session.service, session.object, interface, words[0]));
    return exit_done;
}

int set(Session& session, Arguments words) {
    const auto description = describe(session);
    const auto found = property_of(session, description, words[0]);
    if (!is_single_type(found.member->type)) fail(failures::bad_reply, words[0], "declared with a damaged type");
    auto value = parse_value(found.member->type, words[1], "value of " + quotable(words[0]));
    bus::Variant boxed{"v", std::vector{std::move(value)}};
    session.client.call({session.service,
                         session.object,
                         names::properties,
                         "Set",
                         {{"s", found.interface->name}, {"s", words[0]}, std::move(boxed)}});
    return exit_done;
}

bus::Variant all_properties(Session& session, const std::string& interface) {
    const auto results =
        session.client.call({session.service, session.object, names::properties, "GetAll", {{"s", interface}}});
    if (results.size() != 1 || results[0].signature != "a{sv}")
        fail(failures::bad_reply, interface, "the answer to GetAll is not one dictionary");
    return results[0];
}

std::string property_list(const std::string& interface, const std::vector<bus::Variant>& entries) {
    std::string text = interface + "\n{\n";
    for (const auto& entry : entries) {
        const auto& name_and_value = std::get<std::vector<bus::Variant>>(entry.value);
        text += entry_line(to_text(name_and_value.at(0)), name_and_value.at(1), property_width) + '\n';
    }
    return text + "}\n";
}

// The interfaces that have properties to read; all are asked one after the other.
std::vector<std::string> interfaces_with_properties(Session& session) {
    if (session.options.interface) return {*session.options.interface};
    std::vector<std::string> names;
    for (const auto& interface : describe(session).interfaces)
        if (interface.name != names::properties && !interface.properties.empty()) names.push_back(interface.name);
    return names;
}

int getall(Session& session, Arguments) {
    Json json = Json::object();
    for (const auto& interface : interfaces_with_properties(session)) {
        const auto all = all_properties(session, interface);
        const auto& entries = std::get<std::vector<bus::Variant>>(all.value);
        if (entries.empty()) continue;
        json[interface] = to_json(all);
        if (!session.output.is_json()) session.output.lines(property_list(interface, entries));
    }
    if (session.output.is_json()) session.output.json(json);
    return exit_done;
}

bool says_no_such_method(const ErrorReply& reply) {
    return reply.name() == "org.freedesktop.DBus.Error.UnknownMethod" ||
           reply.name() == "org.freedesktop.DBus.Error.UnknownInterface" ||
           reply.name() == "org.freedesktop.DBus.Error.InvalidArgs";
}

using Results = std::vector<bus::Variant>;

// Most calls have no arguments and are of one interface; for them the description of the object, the larger part of the
// work, is not needed. Nothing: it is, to say what was meant.
std::optional<Results> call_at_once(Session& session, Arguments words, const std::string& name) {
    const Options& options = session.options;
    const std::string& interface = options.interface ? *options.interface : session.usual_interface;
    if (words.size() > 1 || interface.empty()) return std::nullopt;
    try {
        return session.client.call({session.service, session.object, interface, name});
    } catch (const ErrorReply& reply) {
        if (!says_no_such_method(reply)) throw;
        return std::nullopt;
    }
}

Results call_as_described(Session& session, Arguments words, const std::string& name) {
    const auto description = describe(session);
    const auto found = find_method(description, session.options.interface, name);
    if (!found) not_found(session, "method", name);
    auto arguments = parse_arguments(found->member->signature(), words.subspan(1));
    return session.client.call({session.service, session.object, found->interface->name, name, std::move(arguments)});
}

int call(Session& session, Arguments words) {
    const auto deadline = session.client.deadline();
    const auto name = underscores(words[0]);
    std::optional<StateWait> wait;
    if (session.options.wait)
        wait.emplace(session.client, session.service, session.object, target_of(name, *session.options.wait));
    auto results = call_at_once(session, words, name);
    if (!results) results = call_as_described(session, words, name);
    if (!results->empty() || session.output.is_json()) session.output.results(*results);
    session.output.flush();
    if (wait) wait->until_reached(deadline);
    return exit_done;
}

// clang-format off
constexpr CommandRow rows[] = {
    {"",                  "",           0, false, "show the object's interfaces",                          introspect},
    {"getall",            "",           0, false, "show all properties",                                   getall},
    {"get",               "P",          1, false, "show one property",                                     get},
    {"set",               "P V",        2, true,  "write a property",                                      set},
    {"*",                 "[A...]",     0, true,  "call that method; dashes stand for underscores",        nullptr},
    {"call",              "M [A...]",   1, true,  "the same, for a method named like a command",           call},
    {"monitor",           "[SIGNAL...]",0, false, "print signals as they come, until interrupted",         monitor},
    {"--list-interfaces", "",           0, false, "",                                                      list_interfaces},
    {"--list-methods",    "",           0, false, "",                                                      list_methods},
    {"--list-properties", "",           0, false, "",                                                      list_properties},
};
// clang-format on

}    // namespace

std::span<const CommandRow> commands() { return rows; }

const CommandRow* find_command(std::span<const std::string> words) {
    const CommandRow* other = nullptr;
    for (const auto& row : rows) {
        if (row.name == words[0]) return words.size() - 1 >= row.least ? &row : nullptr;
        if (row.name == "*") other = &row;
    }
    return other;
}

int run_command(Session& session) {
    const auto words = requested(session.options);
    const auto* command = find_command(words);
    if (command == nullptr) {
        session.output.lines(usage_text());
        return exit_failed;
    }
    if (session.options.wait && command->run != call && command->run != nullptr)
        fail(failures::usage, "--wait", "only a call of a method can be waited for");
    if (command->noted && !session.options.quiet) note_invocation(session, words);
    const Arguments all{words};
    return command->run == nullptr ? call(session, all) : command->run(session, all.subspan(1));
}

}    // namespace xm::xec
