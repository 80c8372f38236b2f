#pragma once
// Fourth stage: checked interfaces to texts. Pure: returns file names and contents, touches nothing.

#include "rpcgen/catalogue.hpp"
#include "rpcgen/model.hpp"

#include <map>
#include <set>
#include <string>

namespace xm::rpcgen {

enum class Product { schema, server, client, docs, introspection, json };

using Products = std::set<Product>;
using Files = std::map<std::string, std::string>;                     // name below the output folder -> content
using Templates = std::map<std::string, std::string, std::less<>>;    // name ("schema.hpp") -> text with holes

Files emit(const std::vector<Interface>& interfaces, const Products& products, const Templates& templates);
Files emit(const Catalogue& catalogue, const Products& products, const Templates& templates);

}    // namespace xm::rpcgen
