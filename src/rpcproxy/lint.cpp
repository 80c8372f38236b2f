#include "rpcproxy/rules.hpp"
