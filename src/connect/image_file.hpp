#pragma once
// Disk images as far as clients may ask about them. Looking opens the file, asks for its size and reads at most three
// kilobytes, at the moment of the question: an image grows while its VM runs, so remembered figures would be wrong, and
// nothing has to be told when the image or the path changes. That may block, like the look at every image that precedes
// a start; images are on the host's own storage or on what its disk backend, too, waits for. A property's reader cannot
// wait in another way: bus::Family asks for values and gets them. Whatever is wrong is a line in the log, never a
// failure.

#include <cstdint>
#include <filesystem>

namespace xm::connect {

struct ImageInfo {
    std::int64_t virtual_bytes = 0;    // what the guest sees
    std::int64_t stored_bytes = 0;     // length of the file
    bool key_set = false;              // encrypted

    bool operator==(const ImageInfo&) const = default;
};

class ImageFiles {
public:
    virtual ~ImageFiles() = default;

    // Zeros for what is not there, is no regular file or is no VHD image.
    virtual ImageInfo look_at_vhd(const std::filesystem::path& path) const = 0;
};

// The real ones.
class LocalImages final : public ImageFiles {
public:
    ImageInfo look_at_vhd(const std::filesystem::path& path) const override;
};

}    // namespace xm::connect
