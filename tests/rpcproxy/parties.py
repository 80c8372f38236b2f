"""Who talks in these tests: a connection, to the bus or to the proxy, and the monitor that sees all that reaches the bus.

Messages go over a socket as they are and are received one at a time.
"""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bus"))
import raw_bus    # noqa: E402
from raw_bus import BUS, ERROR, RETURN    # noqa: E402


class Seen:
    """A message as its receiver sees it; what it does not have is None."""

    def __init__(self, message):
        self.kind = int(message.get_message_type())
        self.flags = int(message.get_flags())
        self.serial = message.get_serial()
        self.sender, self.destination = message.get_sender(), message.get_destination()
        self.path, self.interface, self.member = message.get_path(), message.get_interface(), message.get_member()
        self.error = message.get_error_name()
        self.reply_serial = message.get_reply_serial() or None
        body = message.get_body()
        self.signature = message.get_signature()
        self.args = body.unpack() if body else ()
        self.fields = set(message.get_header_fields())

    def __repr__(self):
        shown = {key: value for key, value in vars(self).items() if value not in (None, "", ()) and key != "fields"}
        return f"Seen({shown})"


class Connection:
    """Messages over a socket, sent as they are and received one at a time; every wait ends after some seconds."""

    def __init__(self, stream):
        self.stream = stream
        self.name = None
        self.serial = 0

    def greet(self, auth=raw_bus.AUTH):
        self.serial = 1
        self.name = raw_bus.hello(self.stream)
        return self

    def next(self):
        self.serial += 1
        return self.serial

    def send(self, data):
        self.stream.sendall(data)

    def receive(self):
        """The next message; None if the other side has closed."""
        got = raw_bus.receive(self.stream)
        return Seen(got) if got else None

    def expect(self, **wanted):
        """The next message that is like this, past others."""
        while (got := self.receive()) is not None:
            if all(getattr(got, key) == value for key, value in wanted.items()):
                return got
        raise AssertionError(f"closed before {wanted}")

    def reply(self, serial):
        """The answer to a call of ours."""
        while (got := self.receive()) is not None:
            if got.kind in (RETURN, ERROR) and got.reply_serial == serial:
                return got
        return None

    def call(self, destination, path, interface, member, signature="", *values, **how):
        """Sends a call; returns its serial."""
        serial = how.pop("serial", None) or self.next()
        self.send(raw_bus.call(destination, path, interface, member, signature, *values, serial=serial, **how))
        return serial

    def ask(self, *args, **how):
        return self.reply(self.call(*args, **how))

    def bus(self, member, signature="", *values, **how):
        """The bus's answer to a call."""
        return self.ask(BUS, "/org/freedesktop/DBus", BUS, member, signature, *values, **how)

    def answer(self, call, signature="", *values, **how):
        """Answers a call that was received."""
        self.send(raw_bus.answer(call.sender, call.serial, signature, *values, serial=self.next(), **how))

    def fail(self, call, name, text=""):
        fields = [(raw_bus.ERROR_NAME, name), (raw_bus.REPLY_SERIAL, call.serial), (raw_bus.DESTINATION, call.sender)]
        self.send(raw_bus.message(ERROR, fields, "s", text, serial=self.next()))

    def broadcast(self, path, interface, member, signature="", *values, to=None, **how):
        extra = [*how.pop("extra", ()), *([(raw_bus.DESTINATION, to)] if to else [])]
        self.send(raw_bus.signal(path, interface, member, signature, *values, serial=self.next(), extra=extra, **how))

    def settle(self):
        """All that came before the answer to a call which marks this moment."""
        before, serial = [], self.call(BUS, "/org/freedesktop/DBus", BUS, "GetId")
        while (got := self.receive()) is not None:
            if got.kind == RETURN and got.reply_serial == serial:
                return before
            before.append(got)
        raise AssertionError(f"closed; before that came {before}")

    def closed(self):
        """Whether the other side closes, whatever it says before."""
        return raw_bus.closes(self.stream)

    def close(self):
        self.stream.close()


class Monitor(Connection):
    """Sees all that reaches the bus, in order."""

    def __init__(self, stream):
        super().__init__(stream)
        self.greet()
        answer = self.ask(BUS, "/org/freedesktop/DBus", f"{BUS}.Monitoring", "BecomeMonitor", "asu", [], 0)
        assert answer.kind == RETURN, answer

    def until(self, found):
        """All messages up to the one for which found() is true, which is the last."""
        seen = []
        while (got := self.receive()) is not None:
            seen.append(got)
            if found(got):
                return seen
        raise AssertionError(f"the bus has closed; seen: {seen}")

    def passed(self, peer):
        """What reached the bus from a peer since the last look at it. Other parties' messages are lost."""
        mark = peer.next()
        peer.call(BUS, "/org/freedesktop/DBus", BUS, "GetId", serial=mark, flags=raw_bus.NO_REPLY_EXPECTED)
        seen = self.until(lambda got: got.member == "GetId" and got.serial == mark and got.sender == peer.name)
        return [got for got in seen if got.sender == peer.name and got.member != "GetId"]

    def passed_before_end(self, peer):
        """What reached the bus from a peer whose connection ends."""
        seen = self.until(lambda got: got.member == "NameOwnerChanged" and got.args == (peer.name, peer.name, ""))
        return [got for got in seen if got.sender == peer.name and got.member != "GetId"]
