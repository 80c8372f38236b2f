"""Debian packages, downloaded and unpacked; nothing is installed and nobody needs to be root.

apt gets an empty list of installed packages, so that it names everything a package needs. Packages stay in the cache:
images are made anew without the network.
"""

import pathlib
import re
import subprocess

from .places import CACHE, ROOT, Unavailable

DEBS = CACHE / "debs"


def section(name):
    """The packages of a section of packaging/packages.txt."""
    text = (ROOT / "packaging/packages.txt").read_text()
    body = re.search(rf"^\[{name}\].*?\n(.*?)(?=^\[|\Z)", text, re.S | re.M).group(1)
    return [line.split()[0] for line in body.splitlines() if line.strip() and not line.startswith("#")]


def _apt(*words, cwd=None):
    """Output of an apt-get that takes nothing on this computer for granted; with package lists of its own where the
    computer's are missing or out of date."""
    lists = CACHE / "lists"
    empty = CACHE / "no-packages"
    (DEBS / "partial").mkdir(parents=True, exist_ok=True)
    empty.touch()
    common = ["apt-get", "-qq", "-y", "--no-install-recommends", "-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=",
              "-o", f"Dir::State::status={empty}", "-o", f"Dir::Cache::archives={DEBS}"]
    own = ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache::pkgcache={CACHE}/pkgcache.bin",
           "-o", f"Dir::Cache::srcpkgcache={CACHE}/srcpkgcache.bin"]

    def run(command):
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)

    done = run([*common, *words])
    if done.returncode:
        (lists / "partial").mkdir(parents=True, exist_ok=True)
        if not run([*common, *own, "update"]).returncode:
            done = run([*common, *own, *words])
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise Unavailable(f"apt-get cannot fetch Debian's packages: {said}")
    return done.stdout


def _files(listed):
    """File names in the output of apt-get --print-uris."""
    return [line.split()[1] for line in listed.splitlines() if line.startswith("'")]


def fetch_with_needed(names):
    """Paths of these packages and of all they depend on."""
    nothing = CACHE / "no-debs"
    (nothing / "partial").mkdir(parents=True, exist_ok=True)
    files = _files(_apt("-o", f"Dir::Cache::archives={nothing}", "--print-uris", "install", *names))
    if any(not (DEBS / file).exists() for file in files):
        _apt("--download-only", "install", *names)
    return [DEBS / file for file in files]


def fetch_alone(name):
    """The path of one package, without what it depends on."""
    [file] = _files(_apt("--print-uris", "download", name))
    if not (DEBS / file).exists():
        _apt("download", name, cwd=DEBS)
    return DEBS / file


def depends_on(name, start):
    """The first package that a metapackage depends on and whose name starts so."""
    listed = subprocess.run(["apt-cache", "depends", name], capture_output=True, text=True, check=False).stdout
    found = re.search(rf"Depends: ({start}\S+)", listed)
    if not found:
        raise Unavailable(f"apt knows no package {name}")
    return found.group(1)


def unpack(deb, folder):
    """Into a folder whose /bin, /lib and the like may be links into /usr."""
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", deb], stdout=subprocess.PIPE) as packed:
        subprocess.run(["tar", "-x", "--no-same-owner", "--keep-directory-symlink", "-C", folder],
                       stdin=packed.stdout, check=True)
    if packed.returncode:
        raise Unavailable(f"{deb} cannot be unpacked")
