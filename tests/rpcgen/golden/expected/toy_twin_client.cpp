// com.example.toy.twin: calls to an object elsewhere. Made by rpcgen from com.example.toy.twin.xml; change that file, not this one.

#include "gen/toy_twin_client.hpp"

#include <utility>

namespace xm::gen::toy_twin {

}  // namespace xm::gen::toy_twin
