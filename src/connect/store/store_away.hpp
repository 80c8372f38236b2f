#pragma once
// The failure of a request to a xenstore that is not there: a host without Xen, or before xenstored, or after it died.

#include "base/failure.hpp"
#include "gen/errors.hpp"

#include <string>
#include <utility>

namespace xm::connect::store {

class StoreAway final : public Failure {
public:
    StoreAway(std::string socket, const std::string& cause)
        : Failure{errors::io_error, std::move(socket), "there is no xenstore: " + cause} {}
};

}    // namespace xm::connect::store
