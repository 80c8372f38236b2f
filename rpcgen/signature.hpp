#pragma once
// D-Bus type strings (D-Bus specification, "Type System") and the C++ types that stand for them.

#include <string>
#include <string_view>
#include <vector>

namespace xm::rpcgen {

struct Type {
    char code;                  // as in the type string; '(' for structs, '{' for entries of a dictionary
    std::vector<Type> inner;    // of 'a': one; of '{': key and value; of '(': the fields
};

struct Signature {
    std::vector<Type> types;    // complete types in order
    std::string problem;        // empty: valid
    std::string cure;
};

Signature parse_signature(std::string_view text);
std::string cpp_type(const Type& type);

}    // namespace xm::rpcgen
