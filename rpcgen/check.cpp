#include "rpcgen/check.hpp"

#include "rpcgen/names.hpp"

#include <algorithm>
#include <map>

namespace xm::rpcgen {
namespace {

constexpr std::size_t longest_signature = 255;

using Words = std::vector<std::string_view>;

std::string in_quotes(std::string_view text) { return "'" + std::string{text} + "'"; }

std::string listed(const Words& words) {
    std::string result;
    for (const auto word : words)
        result += (result.empty() ? "" : ", ") + std::string{word};
    return result;
}

std::string with_article(std::string_view kind) { return (kind.starts_with('i') ? "an " : "a ") + std::string{kind}; }

// Names that the generated classes use for themselves.
bool is_ours(std::string_view cpp_name) {
    static const Words ours{"Client", "Method", "Property", "Server", "Signal"};
    return std::find(ours.begin(), ours.end(), cpp_name) != ours.end();
}

class Checker {
public:
    void interface(const Interface& i) {
        name(i, "interface", is_interface_name,
             "two or more parts of letters, digits and underscores with dots between");
        cpp_name(i, "interface");
        described_by(i);
        for (const auto& stranger : i.strangers) {
            report(stranger.at, "element <" + stranger.tag + "> means nothing here", "correct its name or remove it");
        }
        for (const auto& method : i.methods)
            member(method, "method", {"in", "out"});
        for (const auto& signal : i.signals)
            member(signal, "signal", {"out"});
        for (const auto& property : i.properties)
            check_property(property);
        unique(i.methods, "method");
        unique(i.signals, "signal");
        unique(i.properties, "property");
        handlers(i);
    }

    void all(const std::vector<Interface>& interfaces) {
        for (const auto& i : interfaces)
            known_.emplace(i.name, &i);
        for (const auto& i : interfaces)
            interface(i);
        unique(interfaces, "interface");
    }

    Diagnostics result() && {
        std::sort(found_.begin(), found_.end());
        found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
        return std::move(found_);
    }

private:
    void report(const Position& at, std::string what, std::string cure) {
        found_.push_back({at, std::move(what), std::move(cure)});
    }

    void name(const Named& n, std::string_view kind, bool (*valid)(std::string_view), std::string_view form) {
        if (n.name.empty())
            return report(n.at, std::string{kind} + " without a name", "add the attribute name=\"...\"");
        if (valid(n.name)) return;
        report(n.at, in_quotes(n.name) + " is not a valid name of " + with_article(kind),
               "use at most 255 characters: " + std::string{form});
    }

    void cpp_name(const Named& n, std::string_view kind) {
        if (n.name.empty()) return;
        const auto suggestion =
            "add <annotation name=\"" + std::string{note::cpp_name} + "\" value=\"" + n.cpp_name + "_\"/>";
        if (is_reserved(n.cpp_name)) {
            report(n.at, std::string{kind} + " " + in_quotes(n.cpp_name) + " is a C++ keyword", suggestion);
        } else if (is_ours(n.cpp_name)) {
            report(n.at, std::string{kind} + " " + in_quotes(n.cpp_name) + " has the name of a generated type",
                   suggestion);
        } else if (!n.value(note::cpp_name).empty() && !is_identifier(n.cpp_name)) {
            report(n.at, in_quotes(n.cpp_name) + " is not a C++ identifier", "use letters, digits and underscores");
        }
    }

    void type(const Typed& t, const std::string& who) {
        if (t.signature.empty()) return report(t.at, who + " without a type", "add the attribute type=\"...\"");
        const auto what = "invalid type " + in_quotes(t.signature) + " of " + who;
        if (!t.type.problem.empty()) return report(t.at, what + ", " + t.type.problem, t.type.cure);
        if (t.type.types.size() != 1)
            report(t.at, what + ", more than one complete type", "split it up or make it a struct");
    }

    void one_of(const Position& at, const std::string& what, std::string_view word, const Words& allowed) {
        if (std::find(allowed.begin(), allowed.end(), word) != allowed.end()) return;
        const auto fault = word.empty() ? "missing " + what : "unknown " + what + " " + in_quotes(word);
        report(at, fault, "use " + listed(allowed));
    }

    void facts(const Named& n) {
        for (const auto& a : n.annotations) {
            if (a.name.empty()) report(a.at, "annotation without a name", "add the attribute name=\"...\"");
            if (a.name == note::applies) one_of(a.at, "value of " + a.name, a.value, {"now", "next-start"});
            if (a.name == note::range && a.value.find("..") == std::string::npos) {
                report(a.at, "range " + in_quotes(a.value) + " has no limits", "write lowest..highest");
            }
        }
    }

    template <class Member>
    void member(const Member& m, std::string_view kind, const Words& directions) {
        name(m, kind, is_member_name, "letters, digits and underscores, not starting with a digit");
        cpp_name(m, kind);
        facts(m);
        std::map<std::string, std::size_t> lengths;    // of the type strings, by direction
        for (const auto& arg : m.args) {
            const auto who = arg.name.empty() ? std::string{"argument"} : "argument " + in_quotes(arg.name);
            type(arg, who);
            facts(arg);
            one_of(arg.at, "direction of " + who + " of a " + std::string{kind}, arg.direction, directions);
            lengths[arg.direction] += arg.signature.size();
        }
        for (const auto& [direction, length] : lengths) {
            if (length <= longest_signature) continue;
            report(m.at, "arguments of " + in_quotes(m.name) + " need more than 255 type characters",
                   "use fewer arguments");
        }
    }

    void check_property(const Property& p) {
        name(p, "property", is_property_name, "letters, digits, underscores and hyphens, starting with a letter");
        cpp_name(p, "property");
        facts(p);
        type(p, p.name.empty() ? std::string{"property"} : "property " + in_quotes(p.name));
        one_of(p.at, "access of property " + in_quotes(p.name), p.access, {"read", "write", "readwrite"});
        one_of(p.at, "value of " + std::string{note::emits}, p.emits, {"true", "invalidates", "const", "false"});
    }

    void described_by(const Interface& i) {
        const auto reference = i.value(note::described_by);
        if (reference.empty() || known_.contains(reference)) return;
        report(i.at, "described by the unknown interface " + in_quotes(reference),
               "correct the name or pass its file too");
    }

    template <class Member>
    void unique(const std::vector<Member>& members, std::string_view kind) {
        std::map<std::string_view, const Member*> names;
        std::map<std::string_view, const Member*> cpp_names;
        for (const auto& m : members) {
            if (m.name.empty()) continue;
            const auto [other, fresh] = names.emplace(m.name, &m);
            if (!fresh) {
                report(m.at,
                       std::string{kind} + " " + in_quotes(m.name) + " is already defined at line " +
                           place(*other->second, m),
                       "remove or rename one");
                continue;
            }
            const auto [clash, free] = cpp_names.emplace(m.cpp_name, &m);
            if (free) continue;
            report(m.at,
                   std::string{kind} + " " + in_quotes(m.name) + " and " + in_quotes(clash->second->name) +
                       " would both be " + in_quotes(m.cpp_name) + " in C++",
                   "rename one or give it an annotation " + std::string{note::cpp_name});
        }
    }

    static std::string place(const Named& first, const Named& second) {
        const auto line = std::to_string(first.at.line);
        return first.at.file == second.at.file ? line : line + " of " + first.at.file;
    }

    // A client has on_<signal> beside its methods.
    void handlers(const Interface& i) {
        for (const auto& signal : i.signals) {
            const auto handler = "on_" + signal.cpp_name;
            for (const auto& method : i.methods) {
                if (method.cpp_name != handler) continue;
                report(method.at,
                       "method " + in_quotes(method.name) + " and the handler of signal " + in_quotes(signal.name) +
                           " would both be " + in_quotes(handler) + " in C++",
                       "give the method an annotation " + std::string{note::cpp_name});
            }
        }
    }

    std::map<std::string_view, const Interface*> known_;
    Diagnostics found_;
};

}    // namespace

Diagnostics check_layout(const Element& root) {
    if (root.tag == "node" || root.tag == "interface") return {};
    return {{root.at, "<" + root.tag + "> is not introspection data", "make <node> the root element"}};
}

Diagnostics check(const std::vector<Interface>& interfaces) {
    Checker checker;
    checker.all(interfaces);
    return std::move(checker).result();
}

}    // namespace xm::rpcgen
