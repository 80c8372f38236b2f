#pragma once
// The model as rows for the templates. All names that templates may use are made here.

#include "rpcgen/catalogue.hpp"
#include "rpcgen/model.hpp"
#include "rpcgen/text_template.hpp"

namespace xm::rpcgen {

Row view(const Interface& interface);
Row view(const Catalogue& catalogue);

}    // namespace xm::rpcgen
