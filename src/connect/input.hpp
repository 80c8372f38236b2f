#pragma once
// The input daemon: keyboard, mouse, and which VM has them.

namespace xm::connect {

class Input {
public:
    virtual ~Input() = default;

    // The key combination of this place brings the domain to the screen from now on. Told, not asked.
    virtual void set_slot(int domid, int slot) = 0;
};

}    // namespace xm::connect
