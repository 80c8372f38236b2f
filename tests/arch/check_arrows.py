#!/usr/bin/python3
"""Reads every #include below src/ and rpcgen/ against the table of layers in docs/ARCHITECTURE.md, section 2.

check_arrows.py             checks the repository
check_arrows.py --self-test plants violations in a temporary tree and expects each to be found
"""

import dataclasses
import fnmatch
import pathlib
import re
import tempfile

import tree

# Foreign headers by name; the first pattern that matches wins. Boost.Asio is in two parts: what lets a function wait,
# and the rest.
FOREIGN = [
    ("asio.wait", r"boost/asio/(awaitable|steady_timer|use_awaitable|redirect_error|this_coro|co_spawn|detached|post|"
                  r"any_io_executor|io_context|cancellation_\w+|as_tuple|experimental/.*|bind_.*|error)\.hpp"),
    ("asio.all", r"boost/asio\.hpp"),
    ("asio", r"boost/asio/.*"),
    ("beast", r"boost/beast/.*"),
    ("boost", r"boost/(smart_ptr|container|system)/.*"),    # plain types, as good as the standard library's
    ("sdbus", r"sdbus-c\+\+/.*"),
    ("sd-bus", r"systemd/sd-bus.*"),
    ("systemd", r"systemd/.*"),
    ("json", r"nlohmann/.*"),
    ("pugixml", r"pugixml.*"),
    ("sqlite", r"sqlite3.*"),
    ("cli11", r"CLI/.*"),
    ("openssl", r"openssl/.*"),
    ("xen", r"(lib)?(xl|xen).*|_libxl.*|xen/.*"),
    ("log", r"(spdlog|fmt)/.*"),
    ("posix", r".*\.h"),
    ("std", r"[a-z_]+"),
]

GENERATED = [("gen.errors", r"gen/errors\.hpp"), ("gen.schema", r"gen/\w+_schema\.hpp"),
             ("gen.server", r"gen/\w+_server\.hpp"), ("gen.client", r"gen/\w+_client\.hpp")]

BASIC = "base gen.errors std boost posix log"


@dataclasses.dataclass
class Layer:
    files: str         # pattern of paths; the first layer that matches a file is its layer
    may: str           # layers and foreign groups that its files may name in an #include
    never: str = ""    # groups that its files must not see even through our own headers


LAYERS = [
    Layer("src/*/main*.cpp", "*"),    # composition roots: the files that are allowed to see everything
    Layer("src/base/*", BASIC),
    Layer("src/model/*", BASIC + " model gen.schema", never="sdbus sd-bus xen json"),
    Layer("src/bus/*", BASIC + " bus sdbus sd-bus systemd asio asio.wait", never="model"),
    Layer("src/connect/xl/*", BASIC + " model connect xen asio asio.wait"),
    Layer("src/connect/store/*", BASIC + " model connect xen asio asio.wait"),
    Layer("src/connect/*_bus.hpp", BASIC + " model connect bus asio.wait", never="xen json"),    # for main only
    Layer("src/connect/*.hpp", BASIC + " model connect asio.wait asio", never="sdbus sd-bus xen json"),
    Layer("src/connect/*", BASIC + " model connect bus sdbus sd-bus gen.schema gen.client asio asio.wait json openssl",
          never="xen"),
    Layer("src/xenmgr/settings.?pp", BASIC + " xenmgr cli11"),
    Layer("src/xenmgr/*.hpp", BASIC + " model connect xenmgr gen.schema asio.wait", never="sdbus sd-bus xen json bus"),
    Layer("src/xenmgr/*", BASIC + " model connect xenmgr gen.schema asio.wait json openssl",
          never="sdbus sd-bus xen bus"),
    Layer("src/expose/*", BASIC + " expose xenmgr model bus gen.schema gen.server asio.wait asio json", never="xen"),
    Layer("src/xenvm/*bus*.?pp", BASIC + " xenvm model connect asio asio.wait json sd-bus bus gen.schema gen.server"),
    Layer("src/xenvm/*", BASIC + " xenvm model connect asio asio.wait json cli11", never="sdbus sd-bus bus"),
    Layer("src/dbd/*_bus.?pp", BASIC + " dbd model connect asio asio.wait json sqlite bus gen.schema gen.server"),
    Layer("src/dbd/*", BASIC + " dbd model connect asio asio.wait json sqlite cli11", never="sdbus sd-bus bus"),
    Layer("src/vchan/xen_*", "vchan std boost posix asio asio.wait xen"),
    Layer("src/vchan/*", "vchan std boost asio asio.wait"),    # goes into guests, as small as it can be
    Layer("src/guestbus/host_news.*", "guestbus base std boost posix asio asio.wait xen"),
    Layer("src/guestbus/restored.*", "guestbus vchan std posix xen"),
    Layer("src/guestbus/*", "guestbus vchan base std boost posix asio asio.wait"),
    Layer("src/storeguard/*", "storeguard base std boost posix log asio asio.wait xen"),
    Layer("src/rpcproxy/*_bus.?pp", BASIC + " rpcproxy model connect asio asio.wait json bus gen.schema gen.server"),
    Layer("src/rpcproxy/*", BASIC + " rpcproxy vchan model connect asio asio.wait beast json pugixml openssl cli11",
          never="sdbus sd-bus bus"),
    Layer("src/ovf/*", BASIC + " ovf base model pugixml openssl"),
    Layer("src/xec/*", BASIC + " xec bus gen.schema gen.client asio asio.wait json pugixml cli11 sd-bus systemd",
          never="model xenmgr connect"),
    Layer("rpcgen/*", "rpcgen std posix log pugixml json cli11"),
]


def layer_of(path):
    return next((layer for layer in LAYERS if fnmatch.fnmatchcase(path.as_posix(), layer.files)), None)


def includes(text):
    """(line number, name) of every #include, quotes and angles alike."""
    found = re.finditer(r'^[ \t]*#[ \t]*include[ \t]*["<]([^">]+)[">]', text, re.MULTILINE)
    return [(text.count("\n", 0, hit.start()) + 1, hit.group(1)) for hit in found]


def group_of(name, folders):
    """The layer or foreign group that a header belongs to."""
    for group, pattern in GENERATED:
        if re.fullmatch(pattern, name):
            return group
    first = name.split("/")[0]
    if "/" in name and first in folders:
        return first
    return next((group for group, pattern in FOREIGN if re.fullmatch(pattern, name)), "unknown")


class Reader:
    """Groups that a file sees, by itself and through our own headers."""

    def __init__(self, root):
        self.root = root
        self.folders = {path.name for path in (root / "src").iterdir() if path.is_dir()} | {"rpcgen"}
        self.seen = {}

    def direct(self, path):
        text = (self.root / path).read_text(errors="replace")
        for line, name in includes(text):
            if "/" not in name and (self.root / path.parent / name).is_file():    # "neighbour.hpp"
                yield line, name, path.parent.parts[0] if path.parts[0] == "rpcgen" else path.parts[1]
            else:
                yield line, name, group_of(name, self.folders)

    def header(self, name):
        for candidate in (pathlib.Path("src") / name, pathlib.Path(name)):
            if (self.root / candidate).is_file():
                return candidate
        return None

    def through(self, path):
        """group -> the chain of headers that leads to it."""
        if path in self.seen:
            return self.seen[path]
        self.seen[path] = found = {}
        for _, name, group in self.direct(path):
            found.setdefault(group, name)
            header = self.header(name)
            if header is not None:
                for far, chain in self.through(header).items():
                    found.setdefault(far, f"{name} -> {chain}")
        return found


def check(root):
    reader, complaints = Reader(root), []
    for path in tree.sources(root, ("src", "rpcgen")):
        if path.parts[:2] == ("rpcgen", "templates"):
            continue
        layer = layer_of(path)
        if layer is None:
            complaints.append(f"{path}: no layer of check_arrows.py matches this file; add a row for its folder")
            continue
        if layer.may == "*":
            continue
        for line, name, group in reader.direct(path):
            if group not in layer.may.split():
                complaints.append(f"{path}:{line}: {layer.files} may not include {name} ({group})")
        for group, chain in reader.through(path).items():
            if group in layer.never.split() and "->" in chain:
                complaints.append(f"{path}: {layer.files} must not see {group}, but does through {chain}")
    return complaints


# path, text, and what the complaint must say; None: no complaint.
PLANTED = [
    ("src/base/a.hpp", '#include "model/m.hpp"', "base/* may not include model/m.hpp (model)"),
    ("src/base/b.hpp", "#include <string>\n#include <spdlog/spdlog.h>", None),
    ("src/model/m.hpp", '#include "gen/x_schema.hpp"', None),
    ("src/model/n.hpp", "#include <nlohmann/json.hpp>", "model/* may not include nlohmann/json.hpp (json)"),
    ("src/bus/b.cpp", '#include "model/m.hpp"', "bus/* may not include model/m.hpp"),
    ("src/bus/b.hpp", "#include <sdbus-c++/sdbus-c++.h>", None),
    ("src/connect/c.hpp", '  #  include "bus/b.hpp"', "may not include bus/b.hpp (bus)"),
    ("src/connect/d.cpp", '#include "bus/b.hpp"\n#include "gen/x_client.hpp"', None),
    ("src/connect/e.cpp", "#include <libxl.h>", "may not include libxl.h (xen)"),
    ("src/connect/f.cpp", '#include "xenmgr/x.hpp"', "may not include xenmgr/x.hpp"),
    ("src/xenmgr/x.hpp", '#include "connect/c.hpp"', "must not see sdbus, but does through connect/c.hpp -> bus/b.hpp"),
    ("src/xenmgr/y.cpp", '#include "gen/x_server.hpp"', "may not include gen/x_server.hpp (gen.server)"),
    ("src/xenmgr/z.cpp", "#include <boost/asio/ip/tcp.hpp>", "may not include boost/asio/ip/tcp.hpp (asio)"),
    ("src/xenmgr/main.cpp", "#include <sdbus-c++/sdbus-c++.h>", None),
    ("src/expose/e.cpp", '#include "connect/d.hpp"', "may not include connect/d.hpp (connect)"),
    ("src/dbd/dbd_bus.cpp", '#include "bus/b.hpp"', None),
    ("src/dbd/store.cpp", '#include "bus/b.hpp"', "may not include bus/b.hpp (bus)"),
    ("src/xenvm/v.cpp", '#include "dbd/tree.hpp"', "may not include dbd/tree.hpp"),
    ("src/xec/w.cpp", "#include <boost/asio.hpp>", "may not include boost/asio.hpp (asio.all)"),
    ("src/common/c.hpp", "", "no layer of check_arrows.py matches"),
    ("src/xec/odd.cpp", '#include "elsewhere/x.hpp"', "(unknown)"),
    ("rpcgen/emit.cpp", '#include "base/a.hpp"', "may not include base/a.hpp (base)"),
]


def self_test():
    complaints = []
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        for path, text, _ in PLANTED:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text + "\n")
        found = check(root)
        for path, _, expected in PLANTED:
            mine = [line for line in found if line.startswith(path)]
            if expected is None and mine:
                complaints.append(f"self-test: {path} is in order, yet: {mine}")
            elif expected is not None and not any(expected in line for line in mine):
                complaints.append(f"self-test: {path} should be refused with '{expected}', got {mine}")
    return complaints


def run(arguments):
    if arguments == ["--self-test"]:
        return tree.report(self_test(), "planted violations")
    return tree.report(check(tree.ROOT), "include arrows")


if __name__ == "__main__":
    tree.main(run)
