// What the real engine writes for whoever comes after it: the note beside a domain, the head of an image.

#include "xenvm/xl_image.hpp"
#include "xenvm/xl_note.hpp"

#include "base/failure.hpp"
#include "base/files.hpp"
#include "gen/errors.hpp"

#include "fakes/scratch_dir.hpp"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <filesystem>

using namespace xm;
using namespace xm::xenvm;

namespace {

struct Folder {
    std::string file(const char* name) const { return (scratch.path() / name).string(); }

    test::ScratchDir scratch;
    std::filesystem::path path = scratch.path();
};

model::GuestSpec a_spec() {
    model::GuestSpec spec;
    spec.uuid = "11111111-2222-3333-4444-555555555555";
    spec.name = "a machine";
    spec.memory_mib = 128;
    return spec;
}

std::string refusal_of(const std::string& file) try {
    open_image(file);
    return "";
} catch (const Failure& failure) {
    CHECK(failure.info().symbol == errors::image_not_usable.symbol);
    return failure.cause();
}

// As short as libxl's stream can be.
constexpr std::string_view stream{"LibxlFmt\0\0\0\2\0\0\0\0\1\0\0\0\0\0\0\0", 24};

void add(int fd, std::string_view text) {
    REQUIRE(::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

}    // namespace

TEST_CASE("a note comes back as it was") {
    const XlNote note{.generation = 7, .restored = true, .spec = a_spec()};
    const auto read = xl_note_from_text(to_text(note, "boot-1"), "boot-1");
    REQUIRE(read);
    CHECK(read->generation == 7);
    CHECK(read->restored);
    CHECK(read->spec == note.spec);
}

TEST_CASE("a note of another boot of the host is none: domain ids meant other domains then") {
    CHECK(!xl_note_from_text(to_text({.generation = 1, .restored = false, .spec = a_spec()}, "boot-1"), "boot-2"));
}

TEST_CASE("a note that is damaged or missing is none") {
    CHECK(!xl_note_from_text("", "boot"));
    CHECK(!xl_note_from_text("{", "boot"));
    CHECK(!xl_note_from_text(R"({"boot":"boot"})", "boot"));
    CHECK(!xl_note_from_text(R"({"boot":"boot","generation":1,"restored":false,"spec":"no"})", "boot"));
}

TEST_CASE("an image has its spec in front and the stream behind") {
    const Folder folder;
    {
        NewImage image{folder.file("image"), a_spec()};
        add(image.fd(), stream);
        CHECK(!std::filesystem::exists(folder.file("image")));
        image.finish();
    }
    const OpenImage image = open_image(folder.file("image"));
    CHECK(image.spec == a_spec());
    char rest[64]{};
    CHECK(::read(image.fd.get(), rest, sizeof rest) == static_cast<ssize_t>(stream.size()));
    CHECK(std::string_view{rest, stream.size()} == stream);
}

TEST_CASE("an image that was not finished leaves nothing, and what had its name before stays") {
    const Folder folder;
    files::replace(folder.file("image"), "older");
    {
        NewImage image{folder.file("image"), a_spec()};
        add(image.fd(), stream);
    }
    CHECK(files::read(folder.file("image")) == "older");
    CHECK(std::distance(std::filesystem::directory_iterator{folder.path}, std::filesystem::directory_iterator{}) == 1);
}

TEST_CASE("what is no image is refused with what is wrong with it") {
    const Folder folder;
    CHECK(refusal_of(folder.file("none")) == "No such file or directory");
    files::replace(folder.file("short"), "xenvm");
    CHECK(refusal_of(folder.file("short")).find("ends early") != std::string::npos);
    files::replace(folder.file("other"), std::string(100, 'x'));
    CHECK(refusal_of(folder.file("other")) == "not the image of a saved machine");
    files::replace(folder.file("length"), "xenvm image 1\n9999999999\n{}");
    CHECK(refusal_of(folder.file("length")) == "its head is damaged");
    files::replace(folder.file("stream"), "xenvm image 1\n0000000002\n{}" + std::string(100, '\0'));
    CHECK(refusal_of(folder.file("stream")) == "what follows its head is not a saved machine");
    files::replace(folder.file("early"), "xenvm image 1\n0000000002\n{}" + std::string{stream.substr(0, 20)});
    CHECK(refusal_of(folder.file("early")).find("ends early") != std::string::npos);
    files::replace(folder.file("spec"), "xenvm image 1\n0000000002\n[]");
    CHECK(!refusal_of(folder.file("spec")).empty());
}
