#pragma once
// Handles of processes (pidfd_open and its kin). The C library's header of Debian 12 lacks the linkage that C++ needs.

extern "C" {
#include <sys/pidfd.h>
}
