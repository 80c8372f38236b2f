#pragma once
// Images by path, as a test says; others are not there.

#include "connect/image_file.hpp"

#include <map>
#include <string>

namespace xm::fakes {

class FakeImageFiles final : public connect::ImageFiles {
public:
    std::map<std::string, connect::ImageInfo> images;

    connect::ImageInfo look_at_vhd(const std::filesystem::path& path) const override {
        const auto at = images.find(path.string());
        return at == images.end() ? connect::ImageInfo{} : at->second;
    }
};

}    // namespace xm::fakes
