#include "xec/target.hpp"

#include "base/failure.hpp"
#include "xec/failures.hpp"
#include "xec/names.hpp"

namespace xm::xec {
namespace {

// A domain id starts with a digit; anything else is ignored, as it always was.
bool names_a_domain(const std::optional<std::string>& target) {
    return target && !target->empty() && (*target)[0] >= '0' && (*target)[0] <= '9';
}

}    // namespace

std::unique_ptr<Client> connect(const Options& options) {
    if (names_a_domain(options.target)) fail(failures::unsupported, "--target-domid", "not supported");
    return std::make_unique<Client>(options.session ? Bus::session : Bus::system, timeout_of(options));
}

std::string service_of(const Options& options) { return options.service.value_or(names::manager); }

}    // namespace xm::xec
