#include "connect/xl/images.hpp"

#include "base/failure.hpp"
#include "fakes/scratch_dir.hpp"
#include "fakes/vhd_image.hpp"
#include "gen/errors.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>

using namespace xm;
using namespace xm::connect::xl;
using test::VhdImage;

namespace {

constexpr std::uint64_t mib = 1 << 20;

struct Qcow {
    std::uint8_t version = 3;
    std::uint8_t encryption = 0;
    std::string parent{};

    std::string bytes() const {
        std::string head(72, '\0');
        head.replace(0, 4, "QFI\xfb");
        head[7] = static_cast<char>(version);
        head[35] = static_cast<char>(encryption);
        if (parent.empty()) return head;
        head[15] = 72;
        head[19] = static_cast<char>(parent.size());
        return head + parent;
    }
};

class Folder {
public:
    std::string file(const std::string& name, const std::string& content) const {
        std::ofstream{dir_.file(name), std::ios::binary} << content;
        return dir_.file(name);
    }

    // Why it is refused; empty: it is not.
    std::string refusal(model::DiskType type, const std::string& content) const {
        return refusal_of(type, file("image", content));
    }

    static std::string refusal_of(model::DiskType type, const std::string& path) {
        model::Disk disk;
        disk.id = 4;
        disk.path = path;
        disk.type = type;
        try {
            require_readable(disk);
            return "";
        } catch (const Failure& failure) {
            CHECK(failure.info().symbol == errors::disk_mount_failed.symbol);
            return failure.cause();
        }
    }

private:
    test::ScratchDir dir_;
};

}    // namespace

TEST_CASE("an image that is what it is said to be is taken") {
    const Folder folder;
    CHECK(folder.refusal(model::DiskType::qcow, Qcow{.version = 2}.bytes()).empty());
    CHECK(folder.refusal(model::DiskType::qcow, Qcow{.version = 3}.bytes()).empty());
    CHECK(folder.refusal(model::DiskType::vhd, VhdImage{VhdImage::fixed, 4 * mib}.bytes()).empty());
    CHECK(folder.refusal(model::DiskType::vhd, VhdImage{VhdImage::dynamic, 4 * mib}.bytes()).empty());
    CHECK(folder.refusal(model::DiskType::raw, "anything").empty());
}

TEST_CASE("an image that is something else is refused by its disk") {
    const Folder folder;
    CHECK(folder.refusal(model::DiskType::qcow, "") == "disk 4: not a qcow image");
    CHECK(folder.refusal(model::DiskType::qcow, std::string(4096, '\0')) == "disk 4: not a qcow image");
    CHECK(folder.refusal(model::DiskType::qcow, Qcow{.version = 1}.bytes()).ends_with("convert it to version 2 or 3"));
    CHECK(folder.refusal(model::DiskType::vhd, std::string(4096, '\0')) == "disk 4: not a VHD image: no valid footer");
    CHECK(Folder::refusal_of(model::DiskType::vhd, "/nowhere.vhd") == "disk 4: No such file or directory");
}

TEST_CASE("an image that would be read as less than it is, is refused") {
    const Folder folder;
    CHECK(folder.refusal(model::DiskType::vhd, VhdImage{VhdImage::differencing, 4 * mib}.bytes())
              .starts_with("disk 4: it has a parent"));
    CHECK(folder.refusal(model::DiskType::vhd, VhdImage{VhdImage::dynamic, 4 * mib}.with_key().bytes())
              .starts_with("disk 4: it is encrypted"));
    CHECK(folder.refusal(model::DiskType::qcow, Qcow{.encryption = 1}.bytes()).starts_with("disk 4: it is encrypted"));
}

TEST_CASE("the parent of an image is there, beside it or where its path leads") {
    const Folder folder;
    const std::string parent = folder.file("parent", "x");
    CHECK(folder.refusal(model::DiskType::qcow, Qcow{.parent = "parent"}.bytes()).empty());
    CHECK(folder.refusal(model::DiskType::qcow, Qcow{.parent = parent}.bytes()).empty());
    CHECK(folder.refusal(model::DiskType::qcow, Qcow{.parent = "nbd://host/disk"}.bytes()).empty());
    CHECK(folder.refusal(model::DiskType::qcow, Qcow{.parent = "nowhere"}.bytes()).ends_with("cannot be read"));
    auto cut = Qcow{.parent = "parent"}.bytes();
    cut.resize(74);
    CHECK(folder.refusal(model::DiskType::qcow, cut) == "disk 4: its head is damaged");
}

TEST_CASE("only the disks that are enabled are looked at") {
    model::GuestSpec spec;
    spec.disks.emplace_back().path = "/nowhere";
    spec.disks[0].type = model::DiskType::vhd;
    spec.disks[0].enabled = false;
    CHECK_NOTHROW(require_readable(spec));
    spec.disks[0].enabled = true;
    CHECK_THROWS_AS(require_readable(spec), Failure);
}
