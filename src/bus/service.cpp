#include "bus/service.hpp"

#include "base/failure.hpp"
#include "base/log.hpp"
#include "bus/lookup.hpp"
#include "bus/news.hpp"
#include "bus/properties.hpp"
#include "bus/reply.hpp"
#include "bus/standard_interfaces.hpp"
#include "gen/errors.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <cstring>
#include <set>
#include <string>

namespace xm::bus {
namespace asio = boost::asio;
namespace {

constexpr std::string_view properties_name = "org.freedesktop.DBus.Properties";
constexpr std::string_view introspectable_name = "org.freedesktop.DBus.Introspectable";
constexpr std::string_view object_manager_name = "org.freedesktop.DBus.ObjectManager";
constexpr std::string_view peer_name = "org.freedesktop.DBus.Peer";

std::string_view text_or_empty(const char* text) { return text == nullptr ? std::string_view{} : text; }

struct Slot {
    void operator()(sd_bus_slot* slot) const { sd_bus_slot_unref(slot); }
};

}    // namespace

class Service::State {
public:
    explicit State(Connection& connection) : connection_{connection} {
        sd_bus_slot* slot = nullptr;
        if (const int result = sd_bus_add_fallback(connection.native(), &slot, "/", &State::on_call, this); result < 0)
            fail(errors::internal_error, "/", "objects cannot be served: {}", std::strerror(-result));
        slot_.reset(slot);
    }

    void serve(Family& family) { families_.push_back(&family); }

    News& news() {
        if (news_.empty()) asio::post(connection_.loop(), [this] { send_news(); });
        return news_;
    }

private:
    // sd-bus calls this for every method call before it looks for objects of its own; zero means "not mine".
    static int on_call(sd_bus_message* call, void* self, sd_bus_error*) {
        if (text_or_empty(sd_bus_message_get_interface(call)) == peer_name) return 0;
        auto* state = static_cast<State*>(self);
        try {
            state->dispatch(call);
        } catch (...) {
            send_error(call, std::current_exception());
        }
        state->connection_.flush();
        return 1;
    }

    void dispatch(sd_bus_message* call) {
        const std::string_view path = sd_bus_message_get_path(call);
        const std::string_view interface = text_or_empty(sd_bus_message_get_interface(call));
        const std::string_view member = sd_bus_message_get_member(call);
        if (interface == introspectable_name && member == "Introspect") return introspect(call, path);
        if (interface == object_manager_name && path == "/") return manage(call, member);
        auto object = find(path);
        if (!object) fail(errors::unknown_object, std::string{path}, "no such object");
        if (interface == properties_name) return properties(call, member, std::move(object));
        invoke(call, interface, member, std::move(object));
    }

    std::unique_ptr<Object> find(std::string_view path) const {
        for (Family* family : families_)
            if (auto object = family->find(path)) return object;
        return nullptr;
    }

    void invoke(sd_bus_message* call, std::string_view interface, std::string_view name,
                std::unique_ptr<Object> object) {
        const auto method = find_method(object->faces(), interface, name);
        if (!method && !interface.empty() && !knows_interface(object->faces(), interface))
            fail(errors::unknown_interface, std::string{interface}, "not an interface of this object");
        if (!method) fail(errors::unknown_method, std::string{name}, "no such method on this object");
        const auto& row = method->face.interface->schema->methods[method->index];
        if (sd_bus_message_has_signature(call, row.in.data()) <= 0)
            fail(errors::invalid_arguments, std::string{name}, "takes '{}', got '{}'", row.in,
                 sd_bus_message_get_signature(call, 1));
        spawn(call, run(held(call), std::move(object), *method));
    }

    static asio::awaitable<void> run(Message call, [[maybe_unused]] std::unique_ptr<Object> object,
                                     FoundMember method) {
        MethodReply reply{call.get()};
        Caller caller{std::string{text_or_empty(sd_bus_message_get_sender(call.get()))}};
        const auto& face = method.face;
        co_await face.interface->invoke(face.self, method.index, Reader{call.get()}, std::move(caller), reply);
        reply.send();
    }

    // Runs until its first wait at once, so that a short method is answered within this turn.
    void spawn(sd_bus_message* call, asio::awaitable<void> body) {
        auto answer_failure = [this, kept = std::shared_ptr<sd_bus_message>{sd_bus_message_ref(call), Unref{}}](
                                  const std::exception_ptr& thrown) {
            if (thrown) send_error(kept.get(), thrown);
            connection_.flush();
        };
        asio::co_spawn(connection_.loop(), std::move(body), std::move(answer_failure));
    }

    void properties(sd_bus_message* call, std::string_view member, std::unique_ptr<Object> object) {
        if (member == "Get") return get(call, *object);
        if (member == "GetAll") return get_all(call, *object);
        if (member == "Set") return set(call, std::move(object));
        fail(errors::unknown_method, std::string{member}, "org.freedesktop.DBus.Properties has Get, GetAll and Set");
    }

    static FoundMember property(Object& object, const std::string& interface, const std::string& name) {
        if (!interface.empty() && !knows_interface(object.faces(), interface))
            fail(errors::unknown_interface, interface, "not an interface of this object");
        const auto found = find_property(object.faces(), interface, name);
        if (!found) fail(errors::unknown_property, interface + "." + name, "no such property on this object");
        return *found;
    }

    static const idl::Property& row_of(const FoundMember& found) {
        return found.face.interface->schema->properties[found.index];
    }

    static void get(sd_bus_message* call, Object& object) {
        Reader arguments{call};
        const auto interface = arguments.take<std::string>();
        const auto name = arguments.take<std::string>();
        const FoundMember found = property(object, interface, name);
        if (row_of(found).access == idl::Access::write)
            fail(errors::access_denied, interface + "." + name, "the property can only be written");
        MethodReply reply{call};
        Writer into = reply.results();
        put_property(into, found.face, found.index);
        reply.send();
    }

    static void get_all(sd_bus_message* call, Object& object) {
        const auto interface = Reader{call}.take<std::string>();
        MethodReply reply{call};
        Writer into = reply.results();
        const auto faces = object.faces();
        const auto face = std::find_if(faces.begin(), faces.end(),
                                       [&](const Face& one) { return one.interface->schema->name == interface; });
        if (face != faces.end()) {
            put_properties(into, *face, Which::all);
        } else if (interface == properties_name || interface == introspectable_name || interface == peer_name) {
            into.open('a', "{sv}");
            into.close();
        } else {
            fail(errors::unknown_interface, interface, "not an interface of this object");
        }
        reply.send();
    }

    void set(sd_bus_message* call, std::unique_ptr<Object> object) {
        Reader arguments{call};
        const auto interface = arguments.take<std::string>();
        const auto name = arguments.take<std::string>();
        auto value = arguments.take<Variant>();
        const FoundMember found = property(*object, interface, name);
        const auto& row = row_of(found);
        if (row.access == idl::Access::read)
            fail(errors::property_not_writable, interface + "." + name, "the property can only be read");
        if (value.signature != row.signature)
            fail(errors::invalid_arguments, interface + "." + name, "the property has type '{}', got '{}'",
                 row.signature, value.signature);
        spawn(call, run_set(held(call), std::move(object), found, std::move(value)));
    }

    static asio::awaitable<void> run_set(Message call, [[maybe_unused]] std::unique_ptr<Object> object,
                                         FoundMember found, Variant value) {
        Caller caller{std::string{text_or_empty(sd_bus_message_get_sender(call.get()))}};
        const auto& face = found.face;
        co_await face.interface->set(face.self, found.index, std::move(value), std::move(caller));
        MethodReply{call.get()}.send();
    }

    void introspect(sd_bus_message* call, std::string_view path) const {
        const auto children = children_of(path);
        auto object = find(path);
        if (!object && children.empty() && path != "/")
            fail(errors::unknown_object, std::string{path}, "no such object");
        std::string xml =
            "<!DOCTYPE node PUBLIC \"-//freedesktop//DTD D-BUS Object Introspection 1.0//EN\"\n"
            "\"http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd\">\n<node>\n";
        xml += standard_interfaces;
        if (path == "/") xml += object_manager_interface;
        if (object)
            for (const Face& face : object->faces())
                xml += face.interface->introspection;
        for (const auto& child : children)
            xml += " <node name=\"" + child + "\"/>\n";
        xml += "</node>\n";
        MethodReply reply{call};
        reply.results().put(xml);
        reply.send();
    }

    std::set<std::string> children_of(std::string_view path) const {
        const std::string prefix = path == "/" ? "/" : std::string{path} + "/";
        std::set<std::string> children;
        for (const Family* family : families_)
            for (const auto& known : family->paths())
                if (known.size() > prefix.size() && known.starts_with(prefix))
                    children.insert(known.substr(prefix.size(), known.find('/', prefix.size()) - prefix.size()));
        return children;
    }

    void manage(sd_bus_message* call, std::string_view member) const {
        if (member != "GetManagedObjects")
            fail(errors::unknown_method, std::string{member},
                 "org.freedesktop.DBus.ObjectManager has GetManagedObjects");
        MethodReply reply{call};
        Writer into = reply.results();
        into.open('a', "{oa{sa{sv}}}");
        for (Family* family : families_)
            for (const auto& path : family->paths())
                if (auto object = family->find(path)) {
                    into.open('e', "oa{sa{sv}}");
                    into.put(ObjectPath{path});
                    put_interfaces(into, object->faces(), Which::managed);
                    into.close();
                }
        into.close();
        reply.send();
    }

    void send_news() {
        for (const auto& item : news_.take())
            try {
                std::visit([this](const auto& news) { announce(news); }, item);
            } catch (const std::exception& e) {
                log::error("news not sent error=\"{}\"", e.what());
            }
        connection_.flush();
    }

    Message signal(const std::string& path, std::string_view interface, const char* name) const {
        sd_bus_message* made = nullptr;
        if (const int result =
                sd_bus_message_new_signal(connection_.native(), &made, path.c_str(), interface.data(), name);
            result < 0)
            fail(errors::internal_error, path, "no signal could be made: {}", std::strerror(-result));
        return Message{made};
    }

    static void send(const Message& message) {
        if (const int result = sd_bus_send(nullptr, message.get(), nullptr); result < 0)
            log::warn("signal not sent error={}", std::strerror(-result));
    }

    void announce(const Added& news) {
        auto object = find(news.path);
        if (!object) return;
        const Message message = signal("/", object_manager_name, "InterfacesAdded");
        Writer into{message.get()};
        into.put(ObjectPath{news.path});
        put_interfaces(into, object->faces(), Which::managed);
        send(message);
    }

    void announce(const Removed& news) {
        const Message message = signal("/", object_manager_name, "InterfacesRemoved");
        Writer into{message.get()};
        into.put(ObjectPath{news.path});
        into.open('a', "s");
        for (const Interface* interface : news.family->interfaces())
            into.put(interface->schema->name.data());
        into.close();
        send(message);
    }

    void announce(const Changed& news) {
        auto object = find(news.path);
        if (!object) return;
        for (const Face& face : object->faces())
            if (face.interface == news.interface) return announce_values(news, face);
    }

    void announce_values(const Changed& news, const Face& face) {
        const auto rows = face.interface->schema->properties;
        const Message message = signal(news.path, properties_name, "PropertiesChanged");
        Writer into{message.get()};
        into.put(face.interface->schema->name.data());
        into.open('a', "{sv}");
        for (const auto index : news.properties) {
            if (rows[index].emits != idl::Emits::value) continue;
            into.open('e', "sv");
            into.put(rows[index].name.data());
            put_property(into, face, index);
            into.close();
        }
        into.close();
        into.open('a', "s");
        for (const auto index : news.properties)
            if (rows[index].emits == idl::Emits::invalidates) into.put(rows[index].name.data());
        into.close();
        send(message);
    }

    Connection& connection_;
    std::vector<Family*> families_;
    News news_;
    std::unique_ptr<sd_bus_slot, Slot> slot_;
};

Service::Service(Connection& connection) : state_{std::make_unique<State>(connection)} {}
Service::~Service() = default;

void Service::serve(Family& family) { state_->serve(family); }

void Service::property_changed(std::string_view path, const Interface& interface, std::size_t property) {
    state_->news().property_changed(path, interface, property);
}
void Service::added(std::string_view path) { state_->news().added(path); }
void Service::removed(std::string_view path, const Family& family) { state_->news().removed(path, family); }

}    // namespace xm::bus
