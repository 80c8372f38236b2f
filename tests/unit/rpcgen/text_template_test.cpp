#include "rpcgen/text_template.hpp"

#include <catch2/catch.hpp>

#include <stdexcept>

using namespace xm::rpcgen;

namespace {

std::string render(std::string_view text, const Row& row) { return TextTemplate{text}.render(row); }

Row item(const std::string& name) { return {.texts = {{"name", name}}, .lists = {}}; }

}    // namespace

TEST_CASE("a hole is filled from the row, or from what is around it") {
    Row row{.texts = {{"outer", "o"}, {"name", "n"}}, .lists = {{"items", {item("a")}}}};
    CHECK(render("{{name}}:{{#items}}{{name}}{{outer}}{{/items}}", row) == "n:ao");
}

TEST_CASE("a list is repeated, and knows its last row") {
    Row row{.texts = {}, .lists = {{"items", {item("a"), item("b")}}}};
    CHECK(render("({{#items}}{{name}}{{^last}}, {{/last}}{{/items}})", row) == "(a, b)");
}

TEST_CASE("a section for an empty list is kept only then") {
    Row row{.texts = {}, .lists = {{"none", {}}, {"some", {item("a")}}}};
    CHECK(render("{{^none}}yes{{/none}}{{^some}}no{{/some}}", row) == "yes");
}

TEST_CASE("a section mark alone on its line leaves no line behind") {
    Row row{.texts = {}, .lists = {{"items", {item("a"), item("b")}}}};
    CHECK(render("x\n{{#items}}\n  {{name}}\n{{/items}}\ny\n", row) == "x\n  a\n  b\ny\n");
}

TEST_CASE("a text is made safe for where it goes") {
    Row row{.texts = {{"t", "a\"\\\n\x01<|"}}, .lists = {}};
    CHECK(render("{{t|cpp}}", row) == "\"a\\\"\\\\\\n\\001<|\"");
    CHECK(render("{{t|xml}}", row) == "a&quot;\\&#10;\x01&lt;|");
    CHECK(render("{{t|cell}}", row) == "a\"\\ \x01&lt;\\|");
    CHECK(render("{{t|md}}", row) == "a\"\\\n\x01&lt;|");
}

TEST_CASE("a faulty template is a mistake of ours and says so") {
    const Row row;
    for (const auto* wrong : {"{{name}}", "{{#list}}{{/list}}", "{{#a}}", "{{/a}}", "{{open", "{{#a}}{{/b}}"}) {
        INFO(wrong);
        CHECK_THROWS_AS(render(wrong, row), std::logic_error);
    }
    CHECK_THROWS_AS(render("{{t|loud}}", {.texts = {{"t", ""}}, .lists = {}}), std::logic_error);
}
