#pragma once
// The signals of one service, whoever owns its name: a message that another program sends us under its own name is
// dropped. Changes of the owner come through as the bus's own NameOwnerChanged.

#include "xec/client.hpp"

#include <string>

namespace xm::xec {

class ServiceSignals {
public:
    // `conditions` narrow the match rule: ",member='x'" or empty. The client outlives this object.
    ServiceSignals(Client& client, std::string service);

    void add(const std::string& conditions);
    std::optional<Event> next(Deadline deadline);

private:
    bool is_ours(const Event& event);

    Client& client_;
    std::string service_;
    std::string owner_;    // unique name; empty while nobody has the name
};

bool is_owner_change(const Event& event);

}    // namespace xm::xec
