#pragma once
// Second stage: the tree of one file to interfaces with C++ names and types. Judges nothing: what is missing or
// wrong stays visible (empty names, raw words, problems of type strings) and is reported by check.

#include "rpcgen/read.hpp"
#include "rpcgen/signature.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace xm::rpcgen {

// Annotations that carry meaning here.
namespace note {
inline constexpr std::string_view doc = "org.gtk.GDBus.DocString";
inline constexpr std::string_view unit = "org.xenclient.Unit";
inline constexpr std::string_view fallback = "org.xenclient.Default";
inline constexpr std::string_view range = "org.xenclient.Range";
inline constexpr std::string_view values = "org.xenclient.Values";
inline constexpr std::string_view applies = "org.xenclient.Applies";
inline constexpr std::string_view cpp_name = "org.xenclient.CppName";
inline constexpr std::string_view described_by = "org.xenclient.DescribedBy";
inline constexpr std::string_view emits = "org.freedesktop.DBus.Property.EmitsChangedSignal";
inline constexpr std::string_view on_request = "org.freedesktop.systemd1.Explicit";
inline constexpr std::string_view no_reply = "org.freedesktop.DBus.Method.NoReply";
inline constexpr std::string_view deprecated = "org.freedesktop.DBus.Deprecated";
}    // namespace note

struct Annotation {
    Position at;
    std::string name;
    std::string value;
};

// What everything with a name has in common.
struct Named {
    Position at;
    std::string name;        // on the wire; empty: missing
    std::string cpp_name;    // from CppName if given, else derived
    std::vector<Annotation> annotations;

    std::string_view value(std::string_view annotation) const;    // empty if absent
};

struct Typed : Named {
    std::string signature;
    Signature type;          // parsed; may hold a problem
    std::string cpp_type;    // empty unless the signature is exactly one complete type
};

struct Arg : Typed {
    std::string direction;    // as written, or the default of its kind of member
};

struct Method : Named {
    std::vector<Arg> args;
    std::vector<Arg> in() const;
    std::vector<Arg> out() const;    // every other direction than "in", so that none is lost
};

struct Signal : Named {
    std::vector<Arg> args;
};

struct Property : Typed {
    std::string access;    // as written
    std::string emits;     // EmitsChangedSignal of the property, else of the interface, else "true"
};

struct Interface : Named {
    std::string source;    // file name without folders
    std::vector<Method> methods;
    std::vector<Signal> signals;
    std::vector<Property> properties;
    std::vector<Element> strangers;    // elements that mean nothing at their place (children dropped)
};

// Every interface in the file, nested nodes included. cpp_name of an interface is its short name.
std::vector<Interface> build_model(const Element& root, std::string_view strip_prefix);

// Members of an interface with DescribedBy take documentation, unit, default, range, values and applies that they
// lack from the members of the same name there. An unknown reference is left for check.
void inherit_descriptions(std::vector<Interface>& interfaces);

}    // namespace xm::rpcgen
