#pragma once
// Names on the bus that the tools know by heart.

namespace xm::xec::names {

inline constexpr const char* manager = "com.citrix.xenclient.xenmgr";    // service, and interface of the object /
inline constexpr const char* vm = "com.citrix.xenclient.xenmgr.vm";
inline constexpr const char* database = "com.citrix.xenclient.db";    // service, and interface of the object /
inline constexpr const char* database_store = "com.citrix.xenclient.db.store";
inline constexpr const char* properties = "org.freedesktop.DBus.Properties";
inline constexpr const char* introspectable = "org.freedesktop.DBus.Introspectable";
inline constexpr const char* object_manager = "org.freedesktop.DBus.ObjectManager";
inline constexpr const char* bus_daemon = "org.freedesktop.DBus";    // service and interface
inline constexpr const char* bus_daemon_object = "/org/freedesktop/DBus";

}    // namespace xm::xec::names
