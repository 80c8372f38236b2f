// Runs in a guest and misuses its vchan to the host's firewall in one way, for so many seconds after it got in:
//
//   hostile-guest indices|noise|storm|deaf|reopen|events SECONDS
//
// Ends with 0 whatever the host does, and tells how often it got in; the test asks others whether they are served.

#include "vchan/frames.hpp"
#include "vchan/whereabouts.hpp"

extern "C" {
#include <libxenvchan.h>
}

#include <poll.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace {

using namespace xm::vchan;
using Clock = std::chrono::steady_clock;

struct Close {
    void operator()(libxenvchan* handle) const { libxenvchan_close(handle); }
};
using Handle = std::unique_ptr<libxenvchan, Close>;

std::chrono::seconds lasts{};
Clock::time_point end_of_all = Clock::now() + std::chrono::minutes{2};    // a host that is busy lets nobody in for long
int sessions = 0;
bool goes_on() { return Clock::now() < end_of_all; }

// Nothing: there is no host, or it describes its memory wrongly.
Handle connected() {
    Handle handle{libxenvchan_client_init(nullptr, host_domain, path_in_guest)};
    if (!handle) return nullptr;
    handle->blocking = 0;
    if (sessions++ == 0) end_of_all = Clock::now() + lasts;
    return handle;
}

void send(libxenvchan& to, const Frame& frame) {
    const auto head = header_of(frame);
    libxenvchan_send(&to, head.data(), head.size());
}

void wait_a_little(libxenvchan& on) {
    pollfd events{.fd = libxenvchan_fd_for_select(&on), .events = POLLIN, .revents = 0};
    if (::poll(&events, 1, 10) > 0) libxenvchan_wait(&on);
}

void tell(libxenvchan& to) { xenevtchn_notify(to.event, to.event_port); }

// Numbers of bytes that cannot be.
void spoil_indices(libxenvchan& host) {
    host.ring->left.prod = static_cast<std::uint32_t>(std::rand());
    host.ring->right.cons = static_cast<std::uint32_t>(std::rand());
    host.ring->left_order = 31;
    host.ring->grants[std::rand() % 8] = static_cast<std::uint32_t>(std::rand());
    host.ring->cli_live = static_cast<std::uint8_t>(std::rand() % 4);
    tell(host);
}

// Bytes that are no frames.
void make_noise(libxenvchan& host) {
    std::array<std::uint8_t, 512> noise{};
    for (auto& byte : noise)
        byte = static_cast<std::uint8_t>(std::rand());
    libxenvchan_write(&host, noise.data(), noise.size());
}

// Conversations that begin and end at once, as fast as the ring takes them.
void storm(libxenvchan& host) {
    for (std::uint16_t number = 0; number < 200; ++number) {
        send(host, {Kind::open, number, 0});
        send(host, {Kind::close, number, 0});
    }
    std::array<std::byte, 4096> answers{};
    while (libxenvchan_read(&host, answers.data(), answers.size()) > 0) {
    }
}

// Handshakes whose answers nobody reads.
void stay_deaf(libxenvchan& host) {
    constexpr std::string_view hello{"\0AUTH EXTERNAL 30\r\n", 19};
    static std::uint16_t number = 0;
    if (number < most_streams) send(host, {Kind::open, number++, 0});
    send(host, {Kind::data, static_cast<std::uint16_t>(std::rand() % number), hello.size()});
    libxenvchan_send(&host, hello.data(), hello.size());
}

void for_one_session(void (*deed)(libxenvchan&)) {
    const Handle host = connected();
    if (!host) return;
    send(*host, {Kind::hello, 0, version});
    while (goes_on() && libxenvchan_is_open(host.get())) {
        deed(*host);
        wait_a_little(*host);
    }
}

void reopen() { connected(); }

constexpr std::pair<std::string_view, void (*)()> deeds[] = {{"indices", [] { for_one_session(spoil_indices); }},
                                                             {"noise", [] { for_one_session(make_noise); }},
                                                             {"storm", [] { for_one_session(storm); }},
                                                             {"deaf", [] { for_one_session(stay_deaf); }},
                                                             {"reopen", reopen},
                                                             {"events", [] {
                                                                  const Handle host = connected();
                                                                  while (host && goes_on())
                                                                      tell(*host);
                                                              }}};

}    // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    lasts = std::chrono::seconds{std::atoi(argv[2])};
    for (const auto& [name, deed] : deeds)
        if (name == argv[1]) {
            while (goes_on())
                deed();
            std::printf("sessions: %d\n", sessions);
            return 0;
        }
    return 2;
}
