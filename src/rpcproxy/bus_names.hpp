#pragma once
// Which well-known names stand behind a unique name of the bus, as the bus itself has told. The table is fed by
// control_bus.cpp; a name that nobody told of is unknown, and what is unknown is not allowed.

#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcproxy {

class BusNames {
public:
    virtual ~BusNames() = default;

    // Views are valid until the next change.
    std::span<const std::string_view> of(std::string_view unique) const;
    std::string_view owner(std::string_view name) const;    // empty: nobody
    bool holds(std::string_view unique, std::string_view name) const {
        return owner(name) == unique && !unique.empty();
    }

    // Whether another process serves guests on this bus.
    bool other_proxies() const;

    // An empty owner: the name is gone.
    void set(std::string_view name, std::string_view owner);
    void clear();

    // Takes in what the bus has told by now, so that a decision rests on the present.
    virtual void catch_up() {}

private:
    void drop(const std::string& name, const std::string& owner);

    std::map<std::string, std::string, std::less<>> owners_;                     // name: unique name
    std::map<std::string, std::vector<std::string_view>, std::less<>> names_;    // views of keys above
};

}    // namespace xm::rpcproxy
