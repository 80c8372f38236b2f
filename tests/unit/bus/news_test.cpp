#include "bus/news.hpp"

#include <catch2/catch.hpp>

using namespace xm;

namespace {

const bus::Interface first{};
const bus::Interface second{};

struct NoFamily final : bus::Family {
    std::span<const bus::Interface* const> interfaces() const override { return {}; }
    std::vector<std::string> paths() const override { return {}; }
    std::unique_ptr<bus::Object> find(std::string_view) override { return nullptr; }
} family;

}    // namespace

TEST_CASE("changes of one object and interface become one item, each property once") {
    bus::News news;
    news.property_changed("/vm/a", first, 3);
    news.property_changed("/vm/a", first, 1);
    news.property_changed("/vm/a", first, 3);
    news.property_changed("/vm/a", second, 3);
    const auto items = news.take();
    REQUIRE(items.size() == 2);
    CHECK(std::get<bus::Changed>(items[0]).properties == std::vector<std::size_t>{3, 1});
    CHECK(std::get<bus::Changed>(items[1]).interface == &second);
    CHECK(news.empty());
}

TEST_CASE("changes of an object that was just added are not told: its addition shows the values") {
    bus::News news;
    news.added("/vm/a");
    news.property_changed("/vm/a", first, 1);
    const auto items = news.take();
    REQUIRE(items.size() == 1);
    CHECK(std::holds_alternative<bus::Added>(items[0]));
}

TEST_CASE("an object that came and went within one turn is not mentioned") {
    bus::News news;
    news.added("/vm/a");
    news.removed("/vm/a", family);
    CHECK(news.empty());
}

TEST_CASE("an object that goes takes its unsent changes along") {
    bus::News news;
    news.property_changed("/vm/a", first, 1);
    news.property_changed("/vm/b", first, 1);
    news.removed("/vm/a", family);
    const auto items = news.take();
    REQUIRE(items.size() == 2);
    CHECK(std::get<bus::Changed>(items[0]).path == "/vm/b");
    CHECK(std::get<bus::Removed>(items[1]).path == "/vm/a");
}
