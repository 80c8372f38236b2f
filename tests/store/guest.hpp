#pragma once
// A domain that speaks to xenstored as a guest's kernel does, through the page that it shares with it:
// struct xenstore_domain_interface of xen/include/public/io/xs_wire.h. The daemon knows whose page it is.

#include "store/xenstored.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>

namespace xm::test {

class Guest {
public:
    Guest(const Xenstored& daemon, unsigned domid) : daemon_{daemon}, domid_{domid} {
        std::ofstream{file()} << std::string(page_size, '\0');
        const int fd = ::open(file().c_str(), O_RDWR | O_CLOEXEC);
        page_ = static_cast<xenstore_domain_interface*>(
            ::mmap(nullptr, page_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0));
        ::close(fd);
        xs_handle* handle = xs_open(0);
        REQUIRE(xs_introduce_domain(handle, domid, 1, static_cast<unsigned>(channel())));
        xs_close(handle);
    }
    ~Guest() { ::munmap(page_, page_size); }
    Guest(const Guest&) = delete;
    Guest& operator=(const Guest&) = delete;

    // The daemon's answer: a value, "OK", or the name of the error.
    std::string read(const std::string& path) { return ask(XS_READ, path + '\0'); }
    std::string write(const std::string& path, const std::string& value) { return ask(XS_WRITE, path + '\0' + value); }
    std::string remove(const std::string& path) { return ask(XS_RM, path + '\0'); }

    void die() const {
        std::filesystem::remove(file());
        daemon_.fire(1);
    }

private:
    static constexpr std::size_t page_size = 4096;

    std::filesystem::path file() const { return daemon_.domains() / std::to_string(domid_); }
    char channel() const { return static_cast<char>(16 + domid_); }

    std::string ask(xsd_sockmsg_type type, const std::string& payload) {
        const xsd_sockmsg head{type, 1, 0, static_cast<std::uint32_t>(payload.size())};
        send({reinterpret_cast<const char*>(&head), sizeof head});
        send(payload);
        xsd_sockmsg answer{};
        const std::string bytes = receive(sizeof answer);
        std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&answer));
        std::string text = receive(answer.len);
        while (answer.type != XS_READ && !text.empty() && text.back() == '\0')
            text.pop_back();
        return text;
    }
    // One byte at a time is slow, and plain.
    void send(const std::string& bytes) {
        for (const char byte : bytes) {
            wait([this] { return page_->req_prod - page_->req_cons < XENSTORE_RING_SIZE; });
            page_->req[MASK_XENSTORE_IDX(page_->req_prod)] = byte;
            std::atomic_thread_fence(std::memory_order_seq_cst);
            page_->req_prod = page_->req_prod + 1;
        }
        daemon_.fire(channel());
    }
    std::string receive(std::size_t count) {
        std::string bytes;
        while (bytes.size() < count) {
            wait([this] { return page_->rsp_prod != page_->rsp_cons; });
            bytes += page_->rsp[MASK_XENSTORE_IDX(page_->rsp_cons)];
            std::atomic_thread_fence(std::memory_order_seq_cst);
            page_->rsp_cons = page_->rsp_cons + 1;
        }
        return bytes;
    }
    template <class Condition>
    static void wait(Condition condition) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{3};
        while (!condition()) {
            std::atomic_thread_fence(std::memory_order_seq_cst);
            REQUIRE(std::chrono::steady_clock::now() < end);
            std::this_thread::sleep_for(std::chrono::microseconds{50});
        }
    }

    const Xenstored& daemon_;
    unsigned domid_;
    xenstore_domain_interface* page_;
};

}    // namespace xm::test
