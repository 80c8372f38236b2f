#include "base/failure.hpp"
#include "base/text.hpp"
#include "gen/errors.hpp"
#include "rpcproxy/channel_kinds.hpp"

#include <fcntl.h>
#include <termios.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace xm::rpcproxy {
namespace {

// Raw, 8 bits, no parity, one stop bit; what lies in the input from before is thrown away.
Fd opened(const std::string& device) {
    Fd terminal{::open(device.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)};
    termios settings{};
    if (!terminal || ::tcgetattr(terminal.get(), &settings) != 0)
        fail(errors::bad_channel, "serial:" + text::escaped(device), "cannot be opened as a terminal: {}",
             std::strerror(errno));
    ::cfmakeraw(&settings);
    settings.c_cflag = (settings.c_cflag & ~static_cast<tcflag_t>(CSTOPB)) | CLOCAL | CREAD;
    ::tcsetattr(terminal.get(), TCSANOW, &settings);
    ::tcflush(terminal.get(), TCIFLUSH);
    return terminal;
}

class SerialListener final : public Listener {
public:
    SerialListener(Executor executor, std::string device)
        : executor_{std::move(executor)}, device_{std::move(device)} {}

    void open(std::function<void(Arrival)> on_arrival) override {
        on_arrival({terminal_link(executor_, opened(device_)), std::nullopt});
    }
    bool one_peer_only() const override { return true; }

private:
    Executor executor_;
    std::string device_;
};

class SerialConnector final : public Connector {
public:
    SerialConnector(Executor executor, std::string device)
        : executor_{std::move(executor)}, device_{std::move(device)} {}

    std::unique_ptr<Link> connect() override { return terminal_link(executor_, opened(device_)); }

private:
    Executor executor_;
    std::string device_;
};

}    // namespace

std::unique_ptr<Listener> listen_serial(const Executor& executor, std::string_view rest) {
    return std::make_unique<SerialListener>(executor, std::string{rest});
}
std::unique_ptr<Connector> connect_serial(const Executor& executor, std::string_view rest) {
    return std::make_unique<SerialConnector>(executor, std::string{rest});
}

}    // namespace xm::rpcproxy
