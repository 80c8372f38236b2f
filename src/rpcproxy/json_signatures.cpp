#include "rpcproxy/json_signatures.hpp"

#include "rpcproxy/signature.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace xm::rpcproxy {
namespace {

constexpr std::size_t longest_xml = 256u << 10;

struct Row {
    std::string_view interface, member, signature;
};

// clang-format off
constexpr Row standard[] = {
    {"org.freedesktop.DBus.Peer",           "Ping",                   ""},
    {"org.freedesktop.DBus.Peer",           "GetMachineId",           ""},
    {"org.freedesktop.DBus.Introspectable", "Introspect",             ""},
    {"org.freedesktop.DBus.Properties",     "Get",                    "ss"},
    {"org.freedesktop.DBus.Properties",     "Set",                    "ssv"},
    {"org.freedesktop.DBus.Properties",     "GetAll",                 "s"},
    {"org.freedesktop.DBus.ObjectManager",  "GetManagedObjects",      ""},
    {"org.freedesktop.DBus",                "Hello",                  ""},
    {"org.freedesktop.DBus",                "RequestName",            "su"},
    {"org.freedesktop.DBus",                "ReleaseName",            "s"},
    {"org.freedesktop.DBus",                "ListQueuedOwners",       "s"},
    {"org.freedesktop.DBus",                "ListNames",              ""},
    {"org.freedesktop.DBus",                "ListActivatableNames",   ""},
    {"org.freedesktop.DBus",                "NameHasOwner",           "s"},
    {"org.freedesktop.DBus",                "StartServiceByName",     "su"},
    {"org.freedesktop.DBus",                "GetNameOwner",           "s"},
    {"org.freedesktop.DBus",                "GetConnectionUnixUser",  "s"},
    {"org.freedesktop.DBus",                "GetConnectionUnixProcessID", "s"},
    {"org.freedesktop.DBus",                "GetConnectionCredentials", "s"},
    {"org.freedesktop.DBus",                "AddMatch",               "s"},
    {"org.freedesktop.DBus",                "RemoveMatch",            "s"},
    {"org.freedesktop.DBus",                "GetId",                  ""},
};
// clang-format on

std::string in_types(const pugi::xml_node& method) {
    std::string types;
    for (const auto& arg : method.children("arg"))
        if (std::string_view{arg.attribute("direction").value()} != "out") types += arg.attribute("type").value();
    return types;
}

}    // namespace

std::optional<std::string_view> standard_signature(std::string_view interface, std::string_view member) {
    const auto row = std::ranges::find_if(
        standard, [&](const Row& candidate) { return candidate.interface == interface && candidate.member == member; });
    return row == std::end(standard) ? std::nullopt : std::optional{row->signature};
}

Methods Methods::parse(std::string_view untrusted_xml) {
    Methods methods;
    pugi::xml_document document;
    if (untrusted_xml.size() > longest_xml) return methods;
    if (!document.load_buffer(untrusted_xml.data(), untrusted_xml.size(), pugi::parse_minimal, pugi::encoding_utf8))
        return methods;
    for (const auto& interface : document.child("node").children("interface"))
        for (const auto& method : interface.children("method")) {
            std::string types = in_types(method);
            if (Signature{}.read(types) != nullptr) continue;
            methods.interfaces_[interface.attribute("name").value()].try_emplace(method.attribute("name").value(),
                                                                                 std::move(types));
        }
    return methods;
}

std::optional<std::string_view> Methods::signature(std::string_view interface, std::string_view member) const {
    const auto members = interfaces_.find(interface);
    if (members == interfaces_.end()) return std::nullopt;
    const auto found = members->second.find(member);
    return found == members->second.end() ? std::nullopt : std::optional<std::string_view>{found->second};
}

const Methods* SignatureCache::find(std::string_view owner, std::string_view path) const {
    const auto found = std::ranges::find_if(
        objects_, [&](const Object& object) { return object.owner == owner && object.path == path; });
    return found == objects_.end() ? nullptr : &found->methods;
}

void SignatureCache::store(std::string_view owner, std::string_view path, Methods methods) {
    std::erase_if(objects_, [&](const Object& object) { return object.owner == owner && object.path == path; });
    objects_.push_back({std::string{owner}, std::string{path}, std::move(methods)});
    if (objects_.size() > limit_) objects_.pop_front();
}

void SignatureCache::forget(std::string_view owner) {
    std::erase_if(objects_, [&](const Object& object) { return object.owner == owner; });
}

}    // namespace xm::rpcproxy
