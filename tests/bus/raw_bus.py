"""D-Bus as bytes on a socket: messages that may be wrong in any way, and a handshake in one write.

A message is a dictionary of what it says (see message()); what is received is read by GLib, which is not what we test.
"""

import socket
import struct

import gi
gi.require_version("Gio", "2.0")
from gi.repository import Gio    # noqa: E402

CALL, RETURN, ERROR, SIGNAL = 1, 2, 3, 4
PATH, INTERFACE, MEMBER, ERROR_NAME, REPLY_SERIAL, DESTINATION, SENDER, SIGNATURE, UNIX_FDS = range(1, 10)
NO_REPLY_EXPECTED, NO_AUTO_START, ALLOW_INTERACTIVE_AUTHORIZATION = 1, 2, 4

TYPES = {PATH: "o", INTERFACE: "s", MEMBER: "s", ERROR_NAME: "s", REPLY_SERIAL: "u", DESTINATION: "s", SENDER: "s",
         SIGNATURE: "g", UNIX_FDS: "u"}
NUMBERS = {"y": "B", "b": "I", "n": "h", "q": "H", "i": "i", "u": "I", "x": "q", "t": "Q", "d": "d", "h": "I"}
ALIGNMENT = {"s": 4, "o": 4, "a": 4, "g": 1, "v": 1, "(": 8, "{": 8,
             **{code: struct.calcsize(form) for code, form in NUMBERS.items()}}

BUS = "org.freedesktop.DBus"
AUTH = b"AUTH EXTERNAL\r\nDATA\r\n"


# Values

def first_type(signature):
    """The first complete type of a signature."""
    if signature[0] == "a":
        return "a" + first_type(signature[1:])
    depth = 0
    for end, character in enumerate(signature, 1):
        depth += (character in "({") - (character in ")}")
        if depth == 0:
            return signature[:end]
    raise ValueError(signature)


def types_of(signature):
    while signature:
        kind = first_type(signature)
        signature = signature[len(kind):]
        yield kind


def pad(data, boundary):
    return data + bytes(-len(data) % boundary)


def put(data, kind, value, order):
    """data with one value behind it; bytes as a value stand for themselves, right or wrong. A variant is
    (signature, value), a dictionary a dict."""
    data = pad(data, ALIGNMENT[kind[0]])
    if isinstance(value, bytes):
        return data + value
    if kind in NUMBERS:
        return data + struct.pack(order + NUMBERS[kind], value)
    if kind in "so":
        text = value.encode("utf-8", "surrogatepass")
        return data + struct.pack(order + "I", len(text)) + text + b"\0"
    if kind == "g":
        return data + bytes([len(value)]) + value.encode() + b"\0"
    if kind == "v":
        return put(put(data, "g", value[0], order), value[0], value[1], order)
    if kind[0] == "a":
        return put_array(data, kind[1:], value.items() if isinstance(value, dict) else value, order)
    for part, item in zip(types_of(kind[1:-1]), value, strict=True):
        data = put(data, part, item, order)
    return data


def put_array(data, kind, items, order):
    begin = len(data)
    data = all_items = pad(data + bytes(4), ALIGNMENT[kind[0]])
    for item in items:
        all_items = put(all_items, kind, item, order)
    length = struct.pack(order + "I", len(all_items) - len(data))
    return all_items[:begin] + length + all_items[begin + 4:]


def marshal(signature, values, order="<"):
    data = b""
    for kind, value in zip(types_of(signature), values, strict=True):
        data = put(data, kind, value, order)
    return data


# Messages

def message(kind, fields, signature="", *values, big=False, body=None, serial=1, flags=0, version=1, mark=None,
            fields_length=None, body_length=None, padding=b"\0"):
    """fields: (code, value) or (code, signature, value) each, in this order, written as they are, twice if they stand
    twice. SIGNATURE is added unless there is no signature. body: bytes instead of the values. mark: the first byte.
    Lengths: announced instead of the true ones."""
    order = ">" if big else "<"
    body = marshal(signature, values, order) if body is None else body
    fields = [*fields, *([(SIGNATURE, signature)] if signature else [])]
    start = struct.pack(order + "BBBBIII", ord(mark or ("B" if big else "l")), kind, flags, version,
                        len(body) if body_length is None else body_length, serial, 0)
    header = start
    for code, *rest in fields:
        variant = tuple(rest) if len(rest) == 2 else (TYPES[code], rest[0])
        header = put(put(pad(header, 8), "y", code, order), "v", variant, order)
    length = len(header) - len(start) if fields_length is None else fields_length
    header = header[:12] + struct.pack(order + "I", length) + header[16:]
    return header + padding * (-len(header) % 8) + body


def call(destination, path, interface, member, signature="", *values, extra=(), **how):
    """A method call; an absent part is None. extra: further fields."""
    parts = [(PATH, path), (INTERFACE, interface), (MEMBER, member), (DESTINATION, destination)]
    return message(CALL, [part for part in parts if part[1] is not None] + list(extra), signature, *values, **how)


def signal(path, interface, member, signature="", *values, extra=(), **how):
    return message(SIGNAL, [(PATH, path), (INTERFACE, interface), (MEMBER, member), *extra], signature, *values, **how)


def answer(destination, reply_serial, signature="", *values, extra=(), **how):
    return message(RETURN, [(REPLY_SERIAL, reply_serial), (DESTINATION, destination), *extra], signature, *values, **how)


def bus_call(member, signature="", *values, **how):
    return call(BUS, "/org/freedesktop/DBus", BUS, member, signature, *values, **how)


# Connections

def connect(path, seconds=5):
    """A socket on which every wait ends after some seconds, with an exception (TimeoutError)."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(seconds)
    connection.connect(str(path))
    return connection


def handshake(connection, auth=AUTH, pipelined=b""):
    """NUL, the lines, BEGIN and perhaps messages in one write; returns the lines of the answer."""
    connection.sendall(b"\0" + auth + b"BEGIN\r\n" + pipelined)
    lines = []
    while not (lines and lines[-1].startswith(b"OK ")):
        lines.append(read_line(connection))
    return lines


def read_line(connection):
    line = b""
    while not line.endswith(b"\r\n"):
        byte = connection.recv(1)
        if not byte:
            raise ConnectionResetError(f"the other side closed after {line!r}")
        line += byte
    return line[:-2]


def hello(connection):
    """Handshake and Hello, the latter with serial 1, in one write; returns the unique name."""
    handshake(connection, pipelined=bus_call("Hello", serial=1))
    answer = reply(connection, 1)
    if answer is None:
        raise ConnectionResetError("the other side closed before it answered Hello")
    return answer.get_body().unpack()[0]


def read_exactly(connection, size):
    data = b""
    while len(data) < size:
        piece = connection.recv(size - len(data))
        if not piece:
            return None
        data += piece
    return data


def receive(connection):
    """The next message as a Gio.DBusMessage; None if the other side has closed."""
    try:
        start = read_exactly(connection, 16)
        rest = start and read_exactly(connection, Gio.DBusMessage.bytes_needed(start) - 16)
    except (ConnectionResetError, BrokenPipeError):
        return None
    return None if rest is None else Gio.DBusMessage.new_from_blob(start + rest, Gio.DBusCapabilityFlags.NONE)


def reply(connection, serial):
    """The answer to the call with this serial, past all that comes before it; None if the other side has closed."""
    while (got := receive(connection)) is not None:
        if got.get_reply_serial() == serial and got.get_message_type() in (Gio.DBusMessageType.METHOD_RETURN,
                                                                           Gio.DBusMessageType.ERROR):
            return got
    return None


def ask(connection, serial, data):
    """Sends a call that has this serial; returns its answer."""
    connection.sendall(data)
    return reply(connection, serial)


def closes(connection):
    """Whether the other side closes, whatever it says before that."""
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True
