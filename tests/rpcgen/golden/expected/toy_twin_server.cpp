// com.example.toy.twin: from messages to calls of the Server. Made by rpcgen from com.example.toy.twin.xml; change that file, not this one.

#include "gen/toy_twin_server.hpp"

#include <exception>
#include <utility>

namespace xm::gen::toy_twin {
namespace {

constexpr const char* introspection =
    "<interface name=\"com.example.toy.twin\">\n"
    "  <property name=\"max-speed\" type=\"i\" access=\"read\">\n"
    "    <annotation name=\"org.xenclient.Default\" value=\"50\"/>\n"
    "    <annotation name=\"org.gtk.GDBus.DocString\" value=\"How fast it may go.\"/>\n"
    "    <annotation name=\"org.xenclient.Unit\" value=\"mm/s\"/>\n"
    "    <annotation name=\"org.xenclient.Range\" value=\"0..1000\"/>\n"
    "    <annotation name=\"org.xenclient.Applies\" value=\"now\"/>\n"
    "  </property>\n"
    "</interface>\n";

void get(const void* self, std::size_t property, bus::Writer& into) {
    static_cast<const Server*>(self)->get(static_cast<Property>(property), into);
}

boost::asio::awaitable<void> set(void* self, std::size_t property, bus::Variant value, bus::Caller caller) {
    return static_cast<Server*>(self)->set(static_cast<Property>(property), std::move(value), std::move(caller));
}

constexpr bus::Interface table{
    .schema = &schema,
    .introspection = introspection,
    .invoke = nullptr,
    .get = get,
    .set = set,
};

}  // namespace

const bus::Interface& interface() { return table; }

bus::Face face(Server& server) { return {&table, &server}; }

}  // namespace xm::gen::toy_twin
