#pragma once
// The error catalogue, idl/errors.xml: <errors><error code="204" symbol="vm_running" name="org...Failed">
// <meaning>...</meaning><remedy>...</remedy></error>...</errors>. Optional attribute reserved="true".

#include "rpcgen/read.hpp"

namespace xm::rpcgen {

struct ErrorRow {
    Position at;
    std::string code;    // decimal; 0: known by its symbol only
    std::string symbol;
    std::string dbus_name;
    std::string meaning;
    std::string remedy;
    bool reserved = false;
};

struct Catalogue {
    std::string source;    // file name without folders
    std::vector<ErrorRow> rows;
};

Catalogue build_catalogue(const Element& root, Diagnostics& faults);

}    // namespace xm::rpcgen
