#include "xec/table.hpp"

#include "xec/vm_select.hpp"

#include <catch2/catch.hpp>

using namespace xm::xec;

namespace {

std::string table(const std::vector<Vm>& vms) {
    return vm_table(vms, [](std::string_view cell) { return std::string{cell}; });
}

const std::string some_uuid = "11111111-2222-3333-4444-555555555555";

}    // namespace

TEST_CASE("the table of VMs looks as it always did") {
    CHECK(table({{"/vm/1", 3, "win7", some_uuid, "running"}}) ==
          " ID  | Name               | UUID                                 | State     \n"
          "-----+--------------------+--------------------------------------+--------\n"
          "   3 | win7               | 11111111-2222-3333-4444-555555555555 | running   \n");
}

TEST_CASE("no VMs are a heading without rows") {
    CHECK(table({}) ==
          " ID  | Name               | UUID                                 | State     \n"
          "-----+--------------------+--------------------------------------+--------\n");
}

TEST_CASE("long and wide names widen their column for every row") {
    CHECK(table({{"/vm/1", 12345, "a name of twenty-one c", some_uuid, "running"},
                 {"/vm/2", {}, "仮想マシン", some_uuid, "stopped"},
                 {"/vm/3", {}, "e\xcc\x81t\xc3\xa9", some_uuid, "stopped"}}) ==
          " ID    | Name                   | UUID                                 | State     \n"
          "-------+------------------------+--------------------------------------+--------\n"
          " 12345 | a name of twenty-one c | 11111111-2222-3333-4444-555555555555 | running   \n"
          "       | 仮想マシン             | 11111111-2222-3333-4444-555555555555 | stopped   \n"
          "       | e\xcc\x81t\xc3\xa9                    | 11111111-2222-3333-4444-555555555555 | stopped   \n");
}

TEST_CASE("a table of another shape keeps its columns apart") {
    constexpr Column columns[] = {{"A", 1}, {"Long title", 2, Align::right}};
    const Cells rows[] = {{"x", "1"}};
    CHECK(render_table(columns, rows) == " A | Long title\n---+--------\n x |          1\n");
}
