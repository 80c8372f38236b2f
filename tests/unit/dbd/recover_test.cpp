#include "dbd/recover.hpp"

#include "base/failure.hpp"
#include "dbd/json.hpp"
#include "dbd/store.hpp"
#include "unit/dbd/scratch.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <fstream>
#include <set>

using namespace xm::dbd;
using Catch::Contains;

namespace {

constexpr std::size_t vms = 100;
constexpr std::size_t nodes = 1 + vms * 11;

// A database of many pages: /vm/<100>/<10 values>.
void fill(const std::filesystem::path& file) {
    Tree tree;
    Changes changes;
    for (std::size_t vm = 0; vm < vms; ++vm) {
        for (int key = 0; key < 10; ++key)
            tree.write(Path::parse(fmt::format("/vm/{:03}/key-{}", vm, key)), fmt::format("value {} {}", vm, key),
                       changes);
    }
    Store store{file};
    std::vector<Step> steps;
    for (Step& step : changes.steps)
        steps.push_back(std::move(step));
    store.commit(steps);
}

void overwrite(const std::filesystem::path& file, std::size_t page) {
    std::fstream stream{file, std::ios::binary | std::ios::in | std::ios::out};
    stream.seekp(static_cast<std::streamoff>(page * 4096));
    stream << std::string(4096, '\x5a');
}

// Every value that is still there is the one that was written.
std::size_t sound_values(const Tree& tree) {
    std::size_t sound = 0;
    for (const Node& vm : tree.find(Path::parse("/vm"))->children()) {
        for (const Node& leaf : vm.children()) {
            CHECK(leaf.text == fmt::format("value {} {}", std::stoi(vm.name), leaf.name.back()));
            ++sound;
        }
    }
    return sound;
}

}    // namespace

TEST_CASE("a sound database is left alone") {
    const Scratch scratch;
    fill(scratch / "db.sqlite");
    CHECK(recover(scratch / "db.sqlite").was_sound);
    CHECK(sound_values(Store{scratch / "db.sqlite"}.load()) == vms * 10);
}

TEST_CASE("what is outside the damaged pages is kept, and what is lost is told") {
    const Scratch scratch;
    const auto file = scratch / "db.sqlite";
    fill(file);
    const std::size_t pages = std::filesystem::file_size(file) / 4096;
    REQUIRE(pages > 10);
    const auto [page, least] = GENERATE_REF(table<std::size_t, std::size_t>({
        {0, nodes},             // header and schema: nothing is lost
        {3, nodes * 8 / 10},    // leaves
        {pages / 2, nodes * 8 / 10},
        {pages - 1, nodes * 8 / 10},
    }));
    INFO("page " << page << " of " << pages);
    overwrite(file, page);
    const Rescue rescue = recover(file);
    CHECK_FALSE(rescue.was_sound);
    CHECK(rescue.kept >= least);
    CHECK(rescue.lost.empty() == (least == nodes));
    CHECK(std::filesystem::exists(rescue.damaged));
    CHECK_THAT(rescue.damaged.string(), Contains("db.sqlite.damaged-"));
    CHECK(sound_values(Store{file}.load()) >= least * 10 / 11 - 1);
    for (const auto& entry : std::filesystem::directory_iterator{scratch.path()})
        CHECK((entry.path() == file || entry.path() == rescue.damaged));
}

TEST_CASE("two damaged places do not cost what lies between them") {
    const Scratch scratch;
    fill(scratch / "db.sqlite");
    overwrite(scratch / "db.sqlite", 4);
    overwrite(scratch / "db.sqlite", 12);
    const Rescue rescue = recover(scratch / "db.sqlite");
    CHECK(rescue.kept > nodes * 6 / 10);
    CHECK(rescue.lost.size() >= 2);
    Store{scratch / "db.sqlite"}.load();
}

TEST_CASE("the value with a wrong checksum is lost, not its neighbours") {
    const Scratch scratch;
    fill(scratch / "db.sqlite");
    const auto at = scratch.read("db.sqlite").find("value 42 7");
    std::fstream{scratch / "db.sqlite", std::ios::binary | std::ios::in | std::ios::out}.seekp(
        static_cast<std::streamoff>(at))
        << 'V';
    const Rescue rescue = recover(scratch / "db.sqlite");
    CHECK(rescue.kept == nodes - 1);
    CHECK(rescue.lost == std::vector<std::string>{"/vm/042/key-7: its checksum is wrong"});
}

TEST_CASE("a cut file and an empty file can be recovered from") {
    const Scratch scratch;
    const auto file = scratch / "db.sqlite";
    fill(file);
    std::filesystem::resize_file(file, GENERATE(0U, 100U, 4096U, 5 * 4096U, 8 * 4096U + 7));
    const Rescue rescue = recover(file);
    CHECK_FALSE(rescue.lost.empty());
    Store{file}.load();
}

TEST_CASE("a lost parent is restored for the sake of its children") {
    const Scratch scratch;
    {
        Store{scratch / "db.sqlite"}.commit({Row{"/vm/u/name", 1, Kind::string, "x", {}}});
    }
    const Rescue rescue = recover(scratch / "db.sqlite");
    CHECK(rescue.kept == 3);
    CHECK(read_text(Store{scratch / "db.sqlite"}.load().find(Path::parse("/vm/u/name"))) == "x");
}

TEST_CASE("without a file there is nothing to recover") {
    const Scratch scratch;
    CHECK_THROWS_WITH(recover(scratch / "db.sqlite"), Contains("no such file"));
}
