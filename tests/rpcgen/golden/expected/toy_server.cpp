// com.example.toy: from messages to calls of the Server. Made by rpcgen from com.example.toy.xml; change that file, not this one.

#include "gen/toy_server.hpp"

#include "bus/emit.hpp"

#include <exception>
#include <utility>

namespace xm::gen::toy {
namespace {

constexpr const char* introspection =
    "<interface name=\"com.example.toy\">\n"
    "  <annotation name=\"org.gtk.GDBus.DocString\" value=\"Every type of D-Bus, once in each direction.\"/>\n"
    "  <method name=\"echo_basic\">\n"
    "    <annotation name=\"org.gtk.GDBus.DocString\" value=\"Answers with what it was given, &lt;unchanged&gt;.\"/>\n"
    "    <arg name=\"flag\" type=\"b\" direction=\"in\"/>\n"
    "    <arg name=\"byte\" type=\"y\" direction=\"in\"/>\n"
    "    <arg name=\"small\" type=\"n\" direction=\"in\"/>\n"
    "    <arg name=\"small-unsigned\" type=\"q\" direction=\"in\"/>\n"
    "    <arg name=\"int\" type=\"i\" direction=\"in\"/>\n"
    "    <arg name=\"unsigned\" type=\"u\" direction=\"in\"/>\n"
    "    <arg name=\"large\" type=\"x\" direction=\"in\"/>\n"
    "    <arg name=\"large_unsigned\" type=\"t\" direction=\"in\"/>\n"
    "    <arg name=\"real\" type=\"d\" direction=\"in\"/>\n"
    "    <arg name=\"text\" type=\"s\" direction=\"in\"/>\n"
    "    <arg name=\"path\" type=\"o\" direction=\"in\"/>\n"
    "    <arg name=\"arg11\" type=\"g\" direction=\"in\"/>\n"
    "    <arg name=\"flag\" type=\"b\" direction=\"out\"/>\n"
    "    <arg name=\"byte\" type=\"y\" direction=\"out\"/>\n"
    "    <arg name=\"small\" type=\"n\" direction=\"out\"/>\n"
    "    <arg name=\"small-unsigned\" type=\"q\" direction=\"out\"/>\n"
    "    <arg name=\"int\" type=\"i\" direction=\"out\"/>\n"
    "    <arg name=\"unsigned\" type=\"u\" direction=\"out\"/>\n"
    "    <arg name=\"large\" type=\"x\" direction=\"out\"/>\n"
    "    <arg name=\"large_unsigned\" type=\"t\" direction=\"out\"/>\n"
    "    <arg name=\"real\" type=\"d\" direction=\"out\"/>\n"
    "    <arg name=\"text\" type=\"s\" direction=\"out\"/>\n"
    "    <arg name=\"path\" type=\"o\" direction=\"out\"/>\n"
    "    <arg name=\"arg23\" type=\"g\" direction=\"out\"/>\n"
    "  </method>\n"
    "  <method name=\"echo_nested\">\n"
    "    <arg name=\"tree\" type=\"a{sa(ias)}\" direction=\"in\">\n"
    "      <annotation name=\"org.gtk.GDBus.DocString\" value=\"Arrays of structs by name.\"/>\n"
    "    </arg>\n"
    "    <arg name=\"facts\" type=\"a{oa{sa{sv}}}\" direction=\"in\"/>\n"
    "    <arg name=\"flags\" type=\"aab\" direction=\"in\"/>\n"
    "    <arg name=\"tree\" type=\"a{sa(ias)}\" direction=\"out\"/>\n"
    "    <arg name=\"facts\" type=\"a{oa{sa{sv}}}\" direction=\"out\"/>\n"
    "    <arg name=\"flags\" type=\"aab\" direction=\"out\"/>\n"
    "  </method>\n"
    "  <method name=\"echo_struct\">\n"
    "    <arg name=\"point\" type=\"(d(ii)v)\" direction=\"in\"/>\n"
    "    <arg name=\"point\" type=\"(d(ii)v)\" direction=\"out\"/>\n"
    "  </method>\n"
    "  <method name=\"length_of\">\n"
    "    <annotation name=\"org.gtk.GDBus.DocString\" value=\"Size of an open file.&#10;Its position does not matter.\"/>\n"
    "    <arg name=\"file\" type=\"h\" direction=\"in\"/>\n"
    "    <arg name=\"bytes\" type=\"t\" direction=\"out\">\n"
    "      <annotation name=\"org.xenclient.Unit\" value=\"bytes\"/>\n"
    "    </arg>\n"
    "  </method>\n"
    "  <method name=\"delete\">\n"
    "    <annotation name=\"org.freedesktop.DBus.Deprecated\" value=\"true\"/>\n"
    "  </method>\n"
    "  <signal name=\"moved\">\n"
    "    <annotation name=\"org.gtk.GDBus.DocString\" value=\"The toy is somewhere else.\"/>\n"
    "    <arg name=\"where\" type=\"(dd)\"/>\n"
    "    <arg name=\"labels\" type=\"a{ss}\"/>\n"
    "  </signal>\n"
    "  <signal name=\"broken\">\n"
    "  </signal>\n"
    "  <property name=\"max-speed\" type=\"i\" access=\"readwrite\">\n"
    "    <annotation name=\"org.gtk.GDBus.DocString\" value=\"How fast it may go.\"/>\n"
    "    <annotation name=\"org.xenclient.Unit\" value=\"mm/s\"/>\n"
    "    <annotation name=\"org.xenclient.Default\" value=\"100\"/>\n"
    "    <annotation name=\"org.xenclient.Range\" value=\"0..1000\"/>\n"
    "    <annotation name=\"org.xenclient.Applies\" value=\"now\"/>\n"
    "  </property>\n"
    "  <property name=\"colour\" type=\"s\" access=\"readwrite\">\n"
    "    <annotation name=\"org.xenclient.Values\" value=\"red green blue\"/>\n"
    "    <annotation name=\"org.xenclient.Applies\" value=\"next-start\"/>\n"
    "    <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"invalidates\"/>\n"
    "  </property>\n"
    "  <property name=\"parts\" type=\"a(sv)\" access=\"read\">\n"
    "    <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"const\"/>\n"
    "    <annotation name=\"org.freedesktop.systemd1.Explicit\" value=\"true\"/>\n"
    "  </property>\n"
    "  <property name=\"secret\" type=\"ay\" access=\"write\">\n"
    "    <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"false\"/>\n"
    "  </property>\n"
    "</interface>\n";

boost::asio::awaitable<void> call_echo_basic(Server& server, bus::Reader call, bus::Caller caller, bus::Reply& reply) {
    auto in0 = call.take<bool>();
    auto in1 = call.take<std::uint8_t>();
    auto in2 = call.take<std::int16_t>();
    auto in3 = call.take<std::uint16_t>();
    auto in4 = call.take<std::int32_t>();
    auto in5 = call.take<std::uint32_t>();
    auto in6 = call.take<std::int64_t>();
    auto in7 = call.take<std::uint64_t>();
    auto in8 = call.take<double>();
    auto in9 = call.take<std::string>();
    auto in10 = call.take<bus::ObjectPath>();
    auto in11 = call.take<bus::Signature>();
    const auto result = co_await server.echo_basic(std::move(in0), std::move(in1), std::move(in2), std::move(in3), std::move(in4), std::move(in5), std::move(in6), std::move(in7), std::move(in8), std::move(in9), std::move(in10), std::move(in11), std::move(caller));
    auto out = reply.results();
    out.put(std::get<0>(result));
    out.put(std::get<1>(result));
    out.put(std::get<2>(result));
    out.put(std::get<3>(result));
    out.put(std::get<4>(result));
    out.put(std::get<5>(result));
    out.put(std::get<6>(result));
    out.put(std::get<7>(result));
    out.put(std::get<8>(result));
    out.put(std::get<9>(result));
    out.put(std::get<10>(result));
    out.put(std::get<11>(result));
}

boost::asio::awaitable<void> call_echo_nested(Server& server, bus::Reader call, bus::Caller caller, bus::Reply& reply) {
    auto in0 = call.take<std::map<std::string, std::vector<std::tuple<std::int32_t, std::vector<std::string>>>>>();
    auto in1 = call.take<std::map<bus::ObjectPath, std::map<std::string, std::map<std::string, bus::Variant>>>>();
    auto in2 = call.take<std::vector<std::vector<bool>>>();
    const auto result = co_await server.echo_nested(std::move(in0), std::move(in1), std::move(in2), std::move(caller));
    auto out = reply.results();
    out.put(std::get<0>(result));
    out.put(std::get<1>(result));
    out.put(std::get<2>(result));
}

boost::asio::awaitable<void> call_echo_struct(Server& server, bus::Reader call, bus::Caller caller, bus::Reply& reply) {
    auto in0 = call.take<std::tuple<double, std::tuple<std::int32_t, std::int32_t>, bus::Variant>>();
    const auto result = co_await server.echo_struct(std::move(in0), std::move(caller));
    reply.results().put(result);
}

boost::asio::awaitable<void> call_length_of(Server& server, bus::Reader call, bus::Caller caller, bus::Reply& reply) {
    auto in0 = call.take<bus::UnixFd>();
    const auto result = co_await server.length_of(std::move(in0), std::move(caller));
    reply.results().put(result);
}

boost::asio::awaitable<void> call_delete_(Server& server, bus::Reader, bus::Caller caller, bus::Reply& reply) {
    co_await server.delete_(std::move(caller));
    reply.results();
}

boost::asio::awaitable<void> invoke(void* self, std::size_t method, bus::Reader call, bus::Caller caller, bus::Reply& reply) {
    auto& server = *static_cast<Server*>(self);
    switch (static_cast<Method>(method)) {
        case Method::echo_basic: return call_echo_basic(server, call, std::move(caller), reply);
        case Method::echo_nested: return call_echo_nested(server, call, std::move(caller), reply);
        case Method::echo_struct: return call_echo_struct(server, call, std::move(caller), reply);
        case Method::length_of: return call_length_of(server, call, std::move(caller), reply);
        case Method::delete_: return call_delete_(server, call, std::move(caller), reply);
    }
    std::terminate();    // the number comes from the table, so one of the cases was taken
}

void get(const void* self, std::size_t property, bus::Writer& into) {
    static_cast<const Server*>(self)->get(static_cast<Property>(property), into);
}

boost::asio::awaitable<void> set(void* self, std::size_t property, bus::Variant value, bus::Caller caller) {
    return static_cast<Server*>(self)->set(static_cast<Property>(property), std::move(value), std::move(caller));
}

constexpr bus::Interface table{
    .schema = &schema,
    .introspection = introspection,
    .invoke = invoke,
    .get = get,
    .set = set,
};

}  // namespace

const bus::Interface& interface() { return table; }

bus::Face face(Server& server) { return {&table, &server}; }

void emit_moved(bus::Connection& connection, const std::string& object, const std::tuple<double, double>& where, const std::map<std::string, std::string>& labels) {
    bus::emit(connection, { object, "com.example.toy", "moved" }, where, labels);
}

void emit_broken(bus::Connection& connection, const std::string& object) {
    bus::emit(connection, { object, "com.example.toy", "broken" });
}

}  // namespace xm::gen::toy
