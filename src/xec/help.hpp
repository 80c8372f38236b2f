#pragma once
// --help of xec and xec-vm, made from the tables of options and commands.

#include <string>

namespace xm::xec {

std::string usage_text();    // short: what to type, and where to read more
std::string xec_help();
std::string xec_vm_help();

}    // namespace xm::xec
