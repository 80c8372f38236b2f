"""rpc-proxy between raw sockets and a real bus that itself denies nothing: what does not arrive, the firewall stopped.

Three kinds of parties, all driven by the test's own thread, one step after the other: peers, behind the proxy; hosts,
on the bus itself, who record what they get and answer when they are told to; and a monitor, which sees all that
reaches the bus. Nothing sleeps: that a message did not pass is known from a later one that did.
"""

import contextlib
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest


ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("XENMGR_BIN", ROOT / "build/release/bin"))
KEEP = bool(os.environ.get("XENMGR_TEST_KEEP"))    # leave the directory behind
PATIENCE = 60    # seconds that anything may take before a test fails; a busy machine is slow, and slow is not wrong

sys.path.insert(0, str(ROOT / "tests/bus"))
import raw_bus    # noqa: E402
from parties import Connection, Monitor    # noqa: E402
from raw_bus import BUS, CALL, ERROR, RETURN, SIGNAL    # noqa: E402, F401

UUID = "5eed0000-0000-4000-8000-000000000007"
OTHER_UUID = "5eed0000-0000-4000-8000-000000000008"
ACCESS_DENIED = f"{BUS}.Error.AccessDenied"
LIMITS_EXCEEDED = f"{BUS}.Error.LimitsExceeded"
PROPERTIES = f"{BUS}.Properties"
OPEN, CLOSED = "org.example.Open", "org.example.Closed"    # names of services, and of their interfaces
XENMGR, DB = "com.citrix.xenclient.xenmgr", "com.citrix.xenclient.db"

# The proxy's own limits are tested where they are set; elsewhere a test that dawdles does not meet them.
PATIENT = [word for limit in ("handshake", "stalled", "asking") for word in (f"--max-{limit}", PATIENCE)]

# GetId marks a moment: the bus answers it itself, in order with all that it did before for the same connection.
MARK = f"allow destination {BUS} interface {BUS} member GetId\n"
MARK_FOR_STUBDOMS = MARK.replace("allow", "allow stubdom true")

OPEN_BUS = """<busconfig>
  <policy context="mandatory">
    <allow own="*"/><allow send_destination="*"/><allow receive_sender="*"/>
  </policy>
</busconfig>
"""


class Log:
    """What a process writes, line by line, and a wait for what it will write."""

    def __init__(self, stream):
        self.lines = []
        self.changed = threading.Condition()
        self.ended = False
        self.reader = threading.Thread(target=self.read, args=(stream,), daemon=True)
        self.reader.start()

    def read(self, stream):
        with stream:
            for line in stream:
                with self.changed:
                    self.lines.append(line.decode(errors="replace").rstrip("\n"))
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def wait(self, text, since=0, seconds=PATIENCE):
        """The first line with this text, of those from number `since` on."""
        def found():
            return next((line for line in self.lines[since:] if text in line), None)
        with self.changed:
            self.changed.wait_for(lambda: found() or self.ended, seconds)
            line = found()
        if line is None:
            raise AssertionError(f"no line with {text!r} in:\n" + "\n".join(self.lines[since:]))
        return line

    def text(self):
        with self.changed:
            return "\n".join(self.lines)


class Proxy:
    """A process of rpc-proxy; `with` it to have it end."""

    def __init__(self, directory, arguments, ready=True):
        self.log_lines = None
        with tempfile.TemporaryDirectory(dir=directory) as notify_dir:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
                notify.bind(f"{notify_dir}/n")
                environment = {**os.environ, "NOTIFY_SOCKET": f"{notify_dir}/n"}
                environment.pop("JOURNAL_STREAM", None)
                self.process = subprocess.Popen([BIN / "rpc-proxy", *map(str, arguments)], stdin=subprocess.DEVNULL,
                                                stderr=subprocess.PIPE, env=environment)
                self.log = Log(self.process.stderr)
                if ready:
                    self.wait_ready(notify)

    def wait_ready(self, notify):
        handle = os.pidfd_open(self.process.pid)
        try:
            readable, _, _ = select.select([notify, handle], [], [], PATIENCE)
        finally:
            os.close(handle)
        if notify not in readable:
            self.kill()
            raise AssertionError(f"not ready:\n{self.log.text()}")

    def signal(self, number):
        self.process.send_signal(number)

    def reload(self):
        """The line that tells what came of it."""
        since = len(self.log.lines)
        self.signal(signal.SIGHUP)
        return self.log.wait("rules ", since)

    def wait(self, seconds=PATIENCE):
        """The exit status, and what was written."""
        status = self.process.wait(seconds)
        self.log.reader.join(seconds)
        return status, self.log.text()

    def running(self):
        return self.process.poll() is None

    def kill(self):
        if self.running():
            self.process.kill()
        self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()


class Tap:
    """Stands between the proxy and its bus, and keeps what the proxy writes, connection by connection."""

    def __init__(self, path, bus_path):
        self.bus_path = str(bus_path)
        self.written = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError), self.listener:
            while True:
                near, _ = self.listener.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.bus_path)
                self.written.append(bytearray())
                for source, sink, keep in ((near, far, self.written[-1]), (far, near, bytearray())):
                    threading.Thread(target=self.pump, args=(source, sink, keep), daemon=True).start()

    @staticmethod
    def pump(source, sink, keep):
        with contextlib.suppress(OSError), source:
            while data := source.recv(65536):
                keep += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)


class Stack:
    """A bus, a monitor on it, and a proxy that serves unix peers as the guest UUID in domain 7."""

    def __init__(self, rules="", options=(), mark=True, identity=None, tapped=False):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="rpc-proxy-test-"))
        self.rules = self.dir / "rules"
        self.rules.write_text(rules + (MARK + MARK_FOR_STUBDOMS if mark else ""))
        identity = ["--incoming-domid", 7, "--incoming-uuid", UUID] if identity is None else identity
        self.options = [*PATIENT, *identity, "--xenstore", self.dir / "xenstore", *options]
        self.bus_path, self.peers_path = self.dir / "bus", self.dir / "peers"
        self.bus_pid = None
        self.proxy = None
        self.tap = None
        self.tapped = tapped
        self.connections = []

    def __enter__(self):
        try:
            self.start_bus()
            if self.tapped:
                self.tap = Tap(self.dir / "tap", self.bus_path)
                self.connections.append(self.tap)
            self.start_proxy()
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def start_bus(self):
        policy = self.dir / "policy"
        policy.mkdir(exist_ok=True)
        (policy / "open.conf").write_text(OPEN_BUS)
        started = subprocess.run([ROOT / "packaging/private-bus", self.dir], check=True, capture_output=True, text=True,
                                 env={**os.environ, "XENMGR_POLICY_DIR": str(policy)})
        self.bus_pid = int(started.stdout.split()[1])
        self.monitor = Monitor(self.connect(self.bus_path))

    def kill_bus(self):
        if self.bus_pid:
            handle = os.pidfd_open(self.bus_pid)
            os.kill(self.bus_pid, signal.SIGKILL)
            select.select([handle], [], [], PATIENCE)
            os.close(handle)
        self.bus_pid = None

    def start_proxy(self, *more, incoming=None):
        self.proxy = self.another_proxy(*more, incoming=incoming or f"unix:{self.peers_path}")

    def another_proxy(self, *more, incoming):
        bus = self.dir / "tap" if self.tap else self.bus_path
        return Proxy(self.dir, ["-i", incoming, "-o", f"unix:{bus}", "-r", self.rules, *self.options, *more])

    def end(self):
        for connection in self.connections:
            connection.close()
        if self.proxy:
            self.proxy.kill()
        with contextlib.suppress(ProcessLookupError):
            self.kill_bus()
        if KEEP:
            print(f"kept: {self.dir}", file=sys.stderr)
        else:
            shutil.rmtree(self.dir, ignore_errors=True)

    def connect(self, path, seconds=PATIENCE):
        stream = socket.socket(socket.AF_UNIX)
        stream.connect(str(path))    # waits while the backlog is full
        stream.settimeout(seconds)
        self.connections.append(stream)
        return stream

    def stranger(self):
        """A connection to the proxy on which nothing was said yet."""
        return Connection(self.connect(self.peers_path))

    def peer(self):
        """A guest's connection that has its name on the bus."""
        return self.stranger().greet()

    def host(self, *names):
        """A connection to the bus itself, with these names."""
        host = Connection(self.connect(self.bus_path)).greet()
        for name in names:
            answer = host.bus("RequestName", "su", name, 4)
            assert answer.args == (1,), answer
        return host

    def use_rules(self, text, mark=True):
        """Writes the rule file anew and has it read."""
        self.rules.write_text(text + (MARK + MARK_FOR_STUBDOMS if mark else ""))
        line = self.proxy.reload()
        assert "rules read" in line, line


class ProxyTest(unittest.TestCase):
    """The tests of a class share a stack, a recording host with the names OPEN and CLOSED, and the rules."""

    rules = ""
    options = ()
    tapped = False
    identity = None

    @classmethod
    def setUpClass(cls):
        cls.stack = Stack(cls.rules, cls.options, identity=cls.identity, tapped=cls.tapped)
        cls.stack.__enter__()
        cls.service = cls.stack.host(OPEN, CLOSED)

    @classmethod
    def tearDownClass(cls):
        running = cls.stack.proxy.running()
        cls.stack.end()
        assert running, f"the proxy ended:\n{cls.stack.proxy.log.text()}"

    def setUp(self):
        self.peer = self.stack.peer()
        self.use_only(self.peer)

    def tearDown(self):
        self.peer.close()

    def use_only(self, peer):
        """What reached the bus so far does not count."""
        self.stack.monitor.passed(peer)
        peer.settle()

    def passed(self, peer=None):
        return self.stack.monitor.passed(peer or self.peer)

    # -- what becomes of messages from the peer

    def assert_denied(self, data, serial):
        """A call is refused, and nothing of it reaches the bus."""
        self.peer.send(data)
        answer = self.peer.reply(serial)
        self.assertIsNotNone(answer, "the conversation goes on")
        self.assertEqual((answer.kind, answer.error), (ERROR, ACCESS_DENIED), answer)
        self.assertEqual(self.passed(), [])
        return answer

    def assert_call_denied(self, *args, **how):
        serial = self.peer.next()
        return self.assert_denied(raw_bus.call(*args, serial=serial, **how), serial)

    def assert_call_passes(self, *args, **how):
        """The call as it reached the bus."""
        serial = self.peer.call(*args, **how)
        seen = self.stack.monitor.until(lambda got: got.sender == self.peer.name and got.member != "GetId")[-1]
        self.assertEqual((seen.kind, seen.serial, seen.member), (CALL, serial, args[3]))
        return seen

    def assert_vanishes(self, data):
        """Nothing reaches the bus, nothing is answered, and the conversation goes on."""
        self.peer.send(data)
        self.assertEqual(self.passed(), [])
        self.assertEqual(self.peer.settle(), [])

    def assert_cut(self, data):
        """The conversation ends, and nothing reaches the bus."""
        peer = self.stack.peer()
        self.use_only(peer)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            peer.send(data)
        self.assertTrue(peer.closed(), "the conversation ends")
        self.assertEqual(self.stack.monitor.passed_before_end(peer), [])
