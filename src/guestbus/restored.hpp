#pragma once
// A guest that was saved to a file comes back as another domain; its way to the host is gone. The program then begins
// anew, as if it had just been started.

namespace xm::guestbus {

// From now on, a touch of memory that has gone begins anew. argv: of main().
void begin_anew_when_restored(char** argv);

// For those who notice before they touch it: does so if this is another domain than at the first call.
void look_whether_restored();

}    // namespace xm::guestbus
