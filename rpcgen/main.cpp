// rpcgen: D-Bus interface files in, C++ and documentation out. Reads everything, checks everything, and writes only
// if nothing was wrong. Exit: 0 written, 1 the file system failed, 2 the input or the command line was refused.

#include "rpcgen/check.hpp"
#include "rpcgen/emit.hpp"
#include "rpcgen/output.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <iostream>
#include <map>

namespace {

using namespace xm::rpcgen;

constexpr int refused = 2;

struct Options {
    std::string out;
    std::string strip_prefix = "com.citrix.xenclient.";
    std::string errors;
    std::string templates = XM_RPCGEN_TEMPLATES;
    std::vector<std::string> products{"schema", "server", "client", "docs", "introspection", "json"};
    std::vector<std::string> files;
};

const std::map<std::string, Product> product_names{
    {"schema", Product::schema},
    {"server", Product::server},
    {"client", Product::client},
    {"docs", Product::docs},
    {"introspection", Product::introspection},
    {"json", Product::json},
};

void declare(CLI::App& app, Options& options) {
    std::vector<std::string> known;
    for (const auto& [name, product] : product_names)
        known.push_back(name);
    app.add_option("--out", options.out, "Folder to write into")->required();
    app.add_option("--products", options.products, "What to make; default: everything")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::IsMember(known));
    app.add_option("--strip-prefix", options.strip_prefix, "Start of interface names that C++ names leave out")
        ->capture_default_str();
    app.add_option("--errors", options.errors, "Error catalogue");
    app.add_option("--templates", options.templates, "Folder of text templates")->capture_default_str();
    app.add_option("files", options.files, "Introspection files");
}

std::vector<Interface> load(const Options& options, Diagnostics& faults) {
    std::vector<Interface> interfaces;
    for (const auto& file : options.files) {
        const auto before = faults.size();
        const auto root = read(read_file(file), file, faults);
        if (faults.size() > before) continue;
        const auto layout = check_layout(root);
        faults.insert(faults.end(), layout.begin(), layout.end());
        auto found = build_model(root, options.strip_prefix);
        std::move(found.begin(), found.end(), std::back_inserter(interfaces));
    }
    const auto more = check(interfaces);
    faults.insert(faults.end(), more.begin(), more.end());
    inherit_descriptions(interfaces);
    return interfaces;
}

Catalogue load_catalogue(const std::string& file, Diagnostics& faults) {
    const auto before = faults.size();
    const auto root = read(read_file(file), file, faults);
    return faults.size() > before ? Catalogue{} : build_catalogue(root, faults);
}

int run(const Options& options) {
    Products products;
    for (const auto& name : options.products)
        products.insert(product_names.at(name));
    Diagnostics faults;
    const auto interfaces = load(options, faults);
    const auto catalogue = options.errors.empty() ? Catalogue{} : load_catalogue(options.errors, faults);
    if (!faults.empty()) {
        std::sort(faults.begin(), faults.end());
        for (const auto& fault : faults)
            std::cerr << to_string(fault) << '\n';
        return refused;
    }
    const auto templates = read_templates(options.templates);
    auto files = emit(interfaces, products, templates);
    if (!options.errors.empty()) files.merge(emit(catalogue, products, templates));
    write_files(options.out, files);
    return 0;
}

}    // namespace

int main(int argc, char** argv) try {
    Options options;
    CLI::App app{"Generates C++ and documentation from D-Bus interface files"};
    declare(app, options);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : refused;
    }
    return run(options);
} catch (const std::exception& error) {
    std::cerr << "rpcgen: " << error.what() << '\n';
    return 1;
}
