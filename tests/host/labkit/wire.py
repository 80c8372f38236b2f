"""Commands in the dom0: the host's side of what dom0/lab/agent does."""

import base64
import contextlib
import fcntl
import json
import os
import secrets
import shlex
import socket
import sys
import threading
import time

from .places import LabError

PORTS = 8    # so many commands at once; others wait for their turn


@contextlib.contextmanager
def _port(folder):
    """A connection to a port that nobody else uses."""
    with contextlib.ExitStack() as stack:
        locks = [stack.enter_context(open(folder / f"port{number}.lock", "w")) for number in range(PORTS)]
        for number, lock in enumerate(locks):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
        else:
            number = secrets.randbelow(PORTS)
            fcntl.flock(locks[number], fcntl.LOCK_EX)
        connection = stack.enter_context(socket.socket(socket.AF_UNIX))
        connection.connect(str(folder / f"port{number}"))
        yield connection


def _feed(send, descriptor):
    with contextlib.suppress(OSError):
        while data := os.read(descriptor, 32768):
            send(data=base64.b64encode(data).decode())
        send(data=None)


def _write(stream, data):
    stream.write(data)
    stream.flush()


def run(folder, argv, stdin=None, timeout=None, outputs=None, env=None):
    """The exit status of a command. `stdin` is a descriptor to pass on; `outputs` are two binary streams."""
    streams = outputs or (sys.stdout.buffer, sys.stderr.buffer)
    call = secrets.token_hex(8)
    end = time.monotonic() + timeout if timeout else None
    lock = threading.Lock()
    with _port(folder) as connection:
        def send(**message):
            with lock:
                connection.sendall(json.dumps({"call": call, **message}).encode() + b"\n")

        connection.sendall(b"\n")    # ends a line that a killed client left half written
        send(argv=[str(word) for word in argv], stdin=stdin is not None, env=env or {})
        if stdin is not None:
            threading.Thread(target=_feed, args=(send, stdin), daemon=True).start()
        for message in _messages(connection, end, lambda: f"{shlex.join(map(str, argv))}: no end after {timeout} s"):
            if message.get("call") != call:
                continue
            if "stream" in message:
                _write(streams[message["stream"] - 1], base64.b64decode(message["data"]))
            else:
                return message["status"]
    raise LabError("the machine has ended")


def _messages(connection, end, too_late):
    pending = b""
    while True:
        if end:
            connection.settimeout(max(end - time.monotonic(), 0.001))
        try:
            data = connection.recv(1 << 17)
        except TimeoutError:
            raise LabError(too_late()) from None
        except ConnectionResetError:
            return
        if not data:
            return
        *lines, pending = (pending + data).split(b"\n")
        for line in lines:
            with contextlib.suppress(ValueError):    # the end of what was meant for another
                yield json.loads(line)
