#pragma once
// The real programs on a private bus, in a directory that goes with this object, as do all their processes.

#include "bus_client.hpp"
#include "process.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace xm::bench {

inline constexpr auto xenmgr_name = "com.citrix.xenclient.xenmgr";

// Uuid, path and stored configuration of the VMs that a benchmark starts with.
std::string uuid_of(std::size_t number);
std::string path_of(std::size_t number);
std::string small_vm(std::size_t number, const std::string& fault = "");    // starts anywhere; fault: "hang-start"
std::string vm_from_template(std::size_t number);                           // as many keys as an ordinary VM has

class Stack {
public:
    // Bus and database; `vms`: JSON of each VM to store.
    Stack(std::filesystem::path programs, const std::vector<std::string>& vms);
    ~Stack();
    Stack(const Stack&) = delete;
    Stack& operator=(const Stack&) = delete;

    double start_xenmgr();    // milliseconds from launch to its bus name
    void stop_xenmgr() { xenmgr_.kill(); }
    pid_t xenmgr() const { return xenmgr_.pid(); }
    pid_t monitor(std::size_t number) const;    // who listens on the monitor's socket

    // Any program, until it owns its name on this bus.
    Process start(const Arguments& arguments, const std::string& bus_name);

    const std::string& address() const { return address_; }
    const std::filesystem::path& directory() const { return directory_; }    // the bus listens on `bus` in it

private:
    void make_policy();
    void store(const std::vector<std::string>& vms);

    std::filesystem::path programs_;
    std::filesystem::path directory_;
    std::string address_;
    Process dbd_;
    Process xenmgr_;
};

}    // namespace xm::bench
