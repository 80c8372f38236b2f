#pragma once
// Reads a rule file: opened once, looked at through its descriptor, read whole.

#include <string>

namespace xm::rpcproxy {

// Failure: errors::io_error. A file that others may write is read, and said so in the log.
std::string read_rule_file(const std::string& path);

}    // namespace xm::rpcproxy
