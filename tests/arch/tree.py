"""What the architecture checks share: the repository's files and a way to report."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def own_files(root=ROOT):
    """The project's own files, relative to root: what git tracks or would track; without git, all but build/."""
    try:
        listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others",
                                 "--exclude-standard"], check=True, capture_output=True).stdout
        paths = [pathlib.Path(name) for name in listed.decode().split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path.relative_to(root) for path in root.rglob("*")]
    return sorted(path for path in paths if path.parts[0] not in ("build", ".git") and (root / path).is_file())


def sources(root=ROOT, folders=("src",)):
    return [path for path in own_files(root) if path.parts[0] in folders and path.suffix in (".cpp", ".hpp")]


def report(complaints, what):
    """Prints the complaints and returns the exit status."""
    for complaint in complaints:
        print(complaint)
    print(f"{what}: " + (f"{len(complaints)} complaint(s)" if complaints else "in order"))
    return 1 if complaints else 0


def main(check):
    sys.exit(check(sys.argv[1:]))
