#pragma once
// Settings of the host: com.citrix.xenclient.xenmgr.config and .config.ui, one table each. Most are stored keys of the
// configuration database; the rest are switches that exist as files, facts of the hardware, and the language.

#include "gen/xenmgr_config_schema.hpp"
#include "gen/xenmgr_config_ui_schema.hpp"
#include "model/pci_device.hpp"
#include "xenmgr/config/row_function.hpp"
#include "xenmgr/config/setting.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace xm::xenmgr {

using HostProperty = gen::xenmgr_config::Property;
using UiProperty = gen::xenmgr_config_ui::Property;

// What the manager knows from outside the database.
struct HostFacts {
    std::map<std::string, std::string> capabilities;    // /etc/caps.<flavour>
    bool ssh = false;                                   // the file of SwitchFile is absent
    bool argo_ssh = false;
    bool dom0_networking = false;
    std::string language = "en-us";
    std::string tools_version = {};    // of the drivers for guests that this host was made with; empty: not known
    std::vector<model::PciDevice> pci_devices = {};    // by address
};
bool has_capability(const HostFacts& facts, const std::string& name);

// A switch that is on while a file is absent; `service` is restarted after a change.
struct SwitchFile {
    std::string_view file;
    std::string_view service;    // an init script, or empty
};

struct HostRow {
    Setting stored{};    // key from the root of the database
    RowFunction<Value(const HostFacts&)> read{};
    Effects effects{};
    SwitchFile switch_file{};    // set by creating or removing the file; plan_set leaves that to the caller
};

const HostRow& host_row(HostProperty property);
const HostRow& host_row(UiProperty property);

Value get(const ConfigTree& host, const HostFacts& facts, HostProperty property);
Value get(const ConfigTree& host, const HostFacts& facts, UiProperty property);

// Throw bad_value, unsupported_language, property_not_writable. A change without writes and with language_changed
// means: the language is for its file.
Change plan_set(const ConfigTree& host, const HostFacts& facts, HostProperty property, const Value& value);
Change plan_set(const ConfigTree& host, const HostFacts& facts, UiProperty property, const Value& value);

std::string parse_tools_version(std::string_view file);    // of /etc/xenclient.conf; empty unless four numbers
std::map<std::string, std::string> parse_capabilities(std::string_view file);    // lines "key = value", lowered
std::string parse_language(std::string_view file);                               // LANGUAGE='x'; absent: en-us
std::string language_file(std::string_view language);
StringList supported_languages(const HostFacts& facts);

}    // namespace xm::xenmgr
