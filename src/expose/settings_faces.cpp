#include "expose/settings_faces.hpp"

#include "base/failure.hpp"
#include "expose/values.hpp"
#include "gen/errors.hpp"
#include "xenmgr/config/host_rows.hpp"

namespace xm::expose {
namespace asio = boost::asio;
using namespace xenmgr;
namespace {

template <class Property>
asio::awaitable<void> change(Manager& manager, Property property, std::string_view name, Value value) {
    if (!host_row(property).switch_file.file.empty())
        fail(errors::not_supported, std::string{name}, "this switch of the host is not managed by this build");
    auto decide = [&manager, property, value = std::move(value)](const ConfigTree& host) {
        auto planned = plan_set(host, manager.host_facts(), property, value);
        if (planned.effects.language_changed) manager.store_language(std::get<std::string>(value));
        return planned;
    };
    return manager.configs().change_host(std::move(decide));
}

}    // namespace

void ConfigFace::get(Property property, bus::Writer& into) const {
    const auto& schema = gen::xenmgr_config::properties[static_cast<std::size_t>(property)];
    put(into, xenmgr::get(manager_.registry().host_tree(), manager_.host_facts(), property), schema.signature);
}
asio::awaitable<void> ConfigFace::set(Property property, bus::Variant value, bus::Caller) {
    const auto& schema = gen::xenmgr_config::properties[static_cast<std::size_t>(property)];
    return change(manager_, property, schema.name, to_value(std::move(value)));
}

void UiConfigFace::get(Property property, bus::Writer& into) const {
    const auto& schema = gen::xenmgr_config_ui::properties[static_cast<std::size_t>(property)];
    put(into, xenmgr::get(manager_.registry().host_tree(), manager_.host_facts(), property), schema.signature);
}
asio::awaitable<void> UiConfigFace::set(Property property, bus::Variant value, bus::Caller) {
    const auto& schema = gen::xenmgr_config_ui::properties[static_cast<std::size_t>(property)];
    return change(manager_, property, schema.name, to_value(std::move(value)));
}

}    // namespace xm::expose
