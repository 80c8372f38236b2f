#pragma once
// What can go wrong in the command-line tools themselves. These rows never travel over a bus, so they stand here and
// not in the service's catalogue.

#include "base/error_info.hpp"

namespace xm::xec::failures {

// clang-format off
inline constexpr ErrorInfo usage      {0, "usage",       "", "See --help for the options, commands and examples."};
inline constexpr ErrorInfo bad_value  {0, "bad_value",   "", "See \"Values\" in --help for how values are written."};
inline constexpr ErrorInfo not_utf8   {0, "not_utf8",    "", "Write the text in UTF-8; the bus carries no other."};
inline constexpr ErrorInfo not_found  {0, "not_found",   "", "Run the tool without a command, or with --list-methods or --list-properties, to see what the object has."};
inline constexpr ErrorInfo no_such_vm {0, "no_such_vm",  "", "Run xec-vm without arguments to see all VMs."};
inline constexpr ErrorInfo no_console {0, "no_console",  "", "Start it, and wait until it is running."};
inline constexpr ErrorInfo no_bus     {0, "no_bus",      "", "Check that the bus runs and that DBUS_SYSTEM_BUS_ADDRESS (or DBUS_SESSION_BUS_ADDRESS, with --session) points to it."};
inline constexpr ErrorInfo bad_reply  {0, "bad_reply",   "", "The service sent what its own description rules out; report this to its makers."};
inline constexpr ErrorInfo timed_out  {0, "timed_out",   "", "Allow more time with --timeout SECONDS."};
inline constexpr ErrorInfo unsupported{0, "unsupported", "", "Run the tool inside that domain instead."};
inline constexpr ErrorInfo refused    {0, "refused",     "", "Give a path below it; each child can be written or removed on its own."};
inline constexpr ErrorInfo io         {0, "io_error",    "", "Check the file or the pipe that the tool reads from or writes to."};
// clang-format on

}    // namespace xm::xec::failures
