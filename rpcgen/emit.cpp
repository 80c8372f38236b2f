#include "rpcgen/emit.hpp"

#include "rpcgen/describe.hpp"
#include "rpcgen/view.hpp"

namespace xm::rpcgen {
namespace {

// Templates are compiled once for all interfaces.
class Press {
public:
    explicit Press(const Templates& templates) {
        for (const auto& [name, text] : templates)
            compiled_.emplace(name, TextTemplate{text});
    }
    std::string print(const std::string& name, const Row& row) const { return compiled_.at(name).render(row); }

private:
    std::map<std::string, TextTemplate> compiled_;
};

// The server carries the introspection text line by line, as string literals.
std::vector<Row> lines_of(std::string_view text) {
    std::vector<Row> rows;
    while (!text.empty()) {
        const auto length = std::min(text.find('\n'), text.size() - 1) + 1;
        rows.push_back({.texts = {{"line", std::string{text.substr(0, length)}}}, .lists = {}});
        text.remove_prefix(length);
    }
    return rows;
}

void emit_interface(const Interface& interface, const Products& products, const Press& press, Files& files) {
    auto row = view(interface);
    const auto introspection = press.print("introspection.xml", row);
    row.lists["introspection"] = lines_of(introspection);
    const auto& name = interface.cpp_name;
    const auto add = [&](Product product, const std::string& file, const std::string& from) {
        if (products.contains(product)) files[file] = press.print(from, row);
    };
    add(Product::schema, name + "_schema.hpp", "schema.hpp");
    add(Product::server, name + "_server.hpp", "server.hpp");
    add(Product::server, name + "_server.cpp", "server.cpp");
    add(Product::client, name + "_client.hpp", "client.hpp");
    add(Product::client, name + "_client.cpp", "client.cpp");
    add(Product::docs, "docs/" + name + ".md", "interface.md");
    if (products.contains(Product::introspection)) files["introspection/" + name + ".xml"] = introspection;
}

}    // namespace

Files emit(const std::vector<Interface>& interfaces, const Products& products, const Templates& templates) {
    const Press press{templates};
    Files files;
    for (const auto& interface : interfaces)
        emit_interface(interface, products, press, files);
    if (products.contains(Product::json)) files["interfaces.json"] = describe(interfaces);
    return files;
}

Files emit(const Catalogue& catalogue, const Products& products, const Templates& templates) {
    const Press press{templates};
    const auto row = view(catalogue);
    Files files;
    if (products.contains(Product::schema)) files["errors.hpp"] = press.print("errors.hpp", row);
    if (products.contains(Product::docs)) files["docs/errors.md"] = press.print("errors.md", row);
    return files;
}

}    // namespace xm::rpcgen
