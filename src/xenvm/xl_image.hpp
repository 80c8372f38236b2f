#pragma once
// The file that a saved domain becomes: a line that says what it is, the spec it was created from, and then the
// hypervisor's own stream, which ends with the file.

#include "base/fd.hpp"
#include "model/guest_spec.hpp"

#include <string>

namespace xm::xenvm {

// A new image, under another name until it is complete. Failures: errors::image_not_usable.
class NewImage {
public:
    NewImage(std::string file, const model::GuestSpec& spec);
    ~NewImage();    // without finish(): removed
    NewImage(const NewImage&) = delete;
    NewImage& operator=(const NewImage&) = delete;

    int fd() const { return fd_.get(); }    // at the place where the stream begins
    void finish();

private:
    std::string file_;
    std::string unfinished_;
    Fd fd_;
};

struct OpenImage {
    model::GuestSpec spec;
    Fd fd;    // at the place where the stream begins
};

OpenImage open_image(const std::string& file);    // errors::image_not_usable

}    // namespace xm::xenvm
