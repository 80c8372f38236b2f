#pragma once
// A guest's console on the caller's terminal, as bytes: what is typed goes to the guest, what the guest writes comes
// out unchanged, for a terminal or a pipe that its owner has opened to it.

#include <string>

namespace xm::xenvm {

inline constexpr char leave_key = 0x1d;    // ctrl-]

enum class ConsoleEnd {
    left,          // by the key, by a signal, or nobody takes the output any more
    guest_gone,    // the guest's side was closed
};

// Between the guest's terminal, which does not block, and the caller's two ends. The end of `in` ends nothing: the
// guest may have more to say. A byte that is a signal's is read from `signals` (signalfd); -1: none.
ConsoleEnd relay_console(int terminal, int in, int out, int signals = -1);

// Opens the guest's terminal at `path` and relays until the end; while `in` is a terminal, keys go to the guest as they
// are typed. Fails with errors::io_error; with errors::bad_value if the path is no terminal of this host.
ConsoleEnd attach_console(const std::string& path, int in, int out);

}    // namespace xm::xenvm
