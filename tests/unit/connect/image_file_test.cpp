#include "connect/image_file.hpp"

#include "connect/vhd.hpp"
#include "fakes/scratch_dir.hpp"
#include "fakes/vhd_image.hpp"

#include <sys/stat.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <string>

using namespace xm;
using namespace xm::connect;
using test::VhdImage;

namespace {

constexpr std::uint64_t mib = 1 << 20;

std::variant<VhdFacts, VhdFault> read(const std::string& image) {
    return read_vhd(image.size(), [&](std::uint64_t offset, std::span<std::uint8_t> into) {
        std::copy_n(image.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
        return true;
    });
}

VhdFacts facts_of(const std::string& image) { return std::get<VhdFacts>(read(image)); }

// Empty: it was read.
std::string fault_of(const std::string& image) {
    const auto answer = read(image);
    const auto* fault = std::get_if<VhdFault>(&answer);
    return fault ? std::string{fault->what} : "";
}

ImageInfo look_at(const std::string& image) {
    const test::ScratchDir folder;
    std::ofstream{folder.file("x.vhd"), std::ios::binary} << image;
    return LocalImages{}.look_at_vhd(folder.file("x.vhd"));
}

}    // namespace

TEST_CASE("an image of a fixed size says how large the guest's disk is") {
    CHECK(facts_of(VhdImage{VhdImage::fixed, 4 * mib}.bytes()) == VhdFacts{.virtual_bytes = 4 * mib});
}

TEST_CASE("a growing image says the size that it may grow to") {
    for (const auto type : {VhdImage::dynamic, VhdImage::differencing})
        CHECK(facts_of(VhdImage{type, 80'000 * mib}.bytes()) ==
              VhdFacts{.virtual_bytes = 80'000 * mib, .growing = true, .has_parent = type == VhdImage::differencing});
}

TEST_CASE("an image that carries the hash of a key is encrypted, wherever its block table ends") {
    for (const auto size : {2 * mib, 256 * mib, 258 * mib, 2'000'000 * mib})
        CHECK(facts_of(VhdImage{VhdImage::dynamic, size}.with_key().bytes()).key_set);
}

TEST_CASE("a growing image that lost its end is read from the copy at its start") {
    auto image = VhdImage{VhdImage::dynamic, 8 * mib}.with_key().bytes();
    image.resize(image.size() - VhdImage::sector);
    CHECK(facts_of(image) == VhdFacts{.virtual_bytes = 8 * mib, .growing = true, .key_set = true});
}

TEST_CASE("what a guest wrote to the start of its disk is not taken for the image's own footer") {
    const auto pretended = VhdImage{VhdImage::fixed, 1 * mib}.bytes();
    CHECK(fault_of(pretended + std::string(VhdImage::sector, 'x')) == "no valid footer");
}

TEST_CASE("what is no image, or damaged, is a fault and nothing else") {
    CHECK(fault_of("") == "no valid footer");
    CHECK(fault_of("conectix") == "no valid footer");
    CHECK(fault_of(std::string(4096, '\0')) == "no valid footer");

    auto flipped = VhdImage{VhdImage::fixed, mib}.bytes();
    flipped[48] ^= 1;
    CHECK(fault_of(flipped) == "no valid footer");

    VhdImage strange{VhdImage::fixed, mib};
    VhdImage::number(strange.footer(), 60, 6, 4);
    VhdImage::seal(strange.footer(), 64);
    CHECK(fault_of(strange.bytes()) == "neither fixed nor growing");

    VhdImage headless{VhdImage::dynamic, mib};
    headless.header()[40] ^= 1;
    CHECK(fault_of(headless.bytes()) == "no valid header");

    VhdImage astray{VhdImage::dynamic, mib};
    VhdImage::number(astray.footer(), 16, UINT64_MAX - 3, 8);
    VhdImage::seal(astray.footer(), 64);
    CHECK(fault_of(astray.bytes()) == "no valid header");
}

TEST_CASE("a block table that would lie past the end of the image hides no key") {
    for (const std::uint64_t offset : {std::uint64_t{1} << 40, UINT64_MAX}) {
        VhdImage image{VhdImage::dynamic, 8 * mib};
        image.with_key();
        VhdImage::number(image.header(), 16, offset, 8);
        VhdImage::seal(image.header(), 36);
        CHECK_FALSE(facts_of(image.bytes()).key_set);
    }
}

TEST_CASE("a file's length counts as its use of space") {
    const auto image = VhdImage{VhdImage::dynamic, 64 * mib}.with_key().with_data(std::string(9000, 'd')).bytes();
    CHECK(look_at(image) == ImageInfo{.virtual_bytes = 64 * mib,
                                      .stored_bytes = static_cast<std::int64_t>(image.size()),
                                      .key_set = true});
}

TEST_CASE("a size that no disk has is bounded by the largest number") {
    CHECK(look_at(VhdImage{VhdImage::fixed, UINT64_MAX}.bytes()).virtual_bytes == INT64_MAX);
}

TEST_CASE("what cannot be read has no facts, and nobody waits for it") {
    const test::ScratchDir folder;
    REQUIRE(::mkfifo(folder.file("pipe").c_str(), 0600) == 0);
    for (const auto& path :
         {folder.file("nowhere"), folder.file("pipe"), folder.path().string(), std::string{"/dev/zero"}})
        CHECK(LocalImages{}.look_at_vhd(path) == ImageInfo{});
    CHECK(look_at("no image at all") == ImageInfo{});
}
