#pragma once
// Commands that look at or change the devices of a domain that exists. Rows in command_table.cpp.

#include "xenvm/command_table.hpp"

namespace xm::xenvm {

boost::asio::awaitable<CommandResult> disk_add(CommandContext& context, CommandArgs args);
boost::asio::awaitable<CommandResult> cd_insert_file(CommandContext& context, CommandArgs args);
boost::asio::awaitable<CommandResult> cd_insert_real(CommandContext& context, CommandArgs args);
boost::asio::awaitable<CommandResult> cd_eject(CommandContext& context, CommandArgs args);
boost::asio::awaitable<CommandResult> nic_add(CommandContext& context, CommandArgs args);    // result: its id
boost::asio::awaitable<CommandResult> nic_list(CommandContext& context, CommandArgs args);
boost::asio::awaitable<CommandResult> nic_network_switch(CommandContext& context, CommandArgs args);
boost::asio::awaitable<CommandResult> set_nic_backend_dom(CommandContext& context, CommandArgs args);
boost::asio::awaitable<CommandResult> pci_add(CommandContext& context, CommandArgs args);
boost::asio::awaitable<CommandResult> pci_list(CommandContext& context, CommandArgs args);

boost::asio::awaitable<CommandResult> list_devices(CommandContext& context, CommandArgs args);

}    // namespace xm::xenvm
