#pragma once
// The subcommands of rpc-proxy that need no bus. The first word of `argv` is the subcommand itself. Exit statuses:
// 0 done, 1 lint found something, 2 usage or an unreadable file, 3 malformed rules.

namespace xm::rpcproxy {

int run_explain(int argc, char** argv);
int run_lint(int argc, char** argv);

}    // namespace xm::rpcproxy
