#pragma once
// Serves families of objects on one connection from their generated dispatch tables: methods, Properties, Introspect,
// Peer, and an ObjectManager on "/" that covers all families. Why not sd-bus vtables: sd-bus refuses property names
// with hyphens, and a vtable for each object costs 121 KiB for each VM.

#include "bus/connection.hpp"
#include "bus/family.hpp"

#include <cstddef>
#include <memory>
#include <string_view>

namespace xm::bus {

class Service {
public:
    explicit Service(Connection& connection);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    void serve(Family& family);

    // News, sent once at the end of the current turn of the loop, with the values of that moment, in the order told.
    // A path that was added and removed within one turn is not mentioned.
    void property_changed(std::string_view path, const Interface& interface, std::size_t property);
    void added(std::string_view path);
    void removed(std::string_view path, const Family& family);

private:
    class State;
    std::unique_ptr<State> state_;
};

}    // namespace xm::bus
