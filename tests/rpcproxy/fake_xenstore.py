"""Speaks enough of xenstore's protocol (xen/include/public/io/xs_wire.h) for those who read and watch."""

import contextlib
import socket
import struct
import threading

READ, GET_PERMS, WATCH, WATCH_EVENT, ERROR = 2, 3, 4, 15, 16
HEADER = struct.Struct("=IIII")    # type, request, transaction, length


class FakeXenstore:
    def __init__(self, path):
        self.nodes = {}    # path: (value, owner)
        self.watchers = []    # (connection, path, token)
        self.changed = threading.Condition()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def close(self):
        self.listener.shutdown(socket.SHUT_RDWR)

    def set_domain(self, domid, uuid, target=None, owner=0, target_owner=0):
        """What a toolstack writes about a domain; owner: of the nodes with the uuid."""
        with self.changed:
            self.nodes[f"/local/domain/{domid}/vm"] = (f"/vm/{uuid}", owner)
            self.nodes[f"/vm/{uuid}/uuid"] = (uuid, owner)
            if target is not None:
                self.nodes[f"/local/domain/{domid}/target"] = (str(target), target_owner)

    def end_domain(self, domid):
        with self.changed:
            for path in [path for path in self.nodes if path.startswith(f"/local/domain/{domid}/")]:
                del self.nodes[path]

    def fire(self, event):
        """Tells all who watch it; waits for somebody to watch."""
        with self.changed:
            assert self.changed.wait_for(lambda: any(path == event for _, path, _ in self.watchers), 60), event
            for connection, path, token in self.watchers:
                if path == event:
                    self.send(connection, WATCH_EVENT, 0, f"{path}\0{token}\0".encode())

    @staticmethod
    def send(connection, kind, request, payload):
        connection.sendall(HEADER.pack(kind, request, 0, len(payload)) + payload)

    def accept(self):
        with contextlib.suppress(OSError), self.listener:
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:
            while header := stream.read(HEADER.size):
                kind, request, _, length = HEADER.unpack(header)
                self.answer(connection, kind, request, stream.read(length).decode().rstrip("\0").split("\0"))
        with self.changed:
            self.watchers = [watcher for watcher in self.watchers if watcher[0] is not connection]

    def answer(self, connection, kind, request, words):
        with self.changed:
            if kind == WATCH:
                self.send(connection, WATCH, request, b"OK\0")
                self.send(connection, WATCH_EVENT, 0, f"{words[0]}\0{words[1]}\0".encode())
                self.watchers.append((connection, *words))
                self.changed.notify_all()
                return
            node = self.nodes.get(words[0])
        if node is None or kind not in (READ, GET_PERMS):
            return self.send(connection, ERROR, request, b"ENOENT\0")
        self.send(connection, kind, request, node[0].encode() if kind == READ else f"n{node[1]}\0".encode())
