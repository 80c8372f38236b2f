#pragma once
// What the process itself needs before it does anything: little memory, and writes that fail instead of ending it.

namespace xm::dbd {

void prepare_process();

}    // namespace xm::dbd
