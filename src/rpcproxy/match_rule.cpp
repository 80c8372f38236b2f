#include "rpcproxy/message.hpp"
