"""The small process between auditor and OPA: `python -I -S watcher.py FOLDER OPA ARGUMENT...`.

It makes FOLDER (mode 0700), starts OPA, and waits until its own standard input closes or OPA ends. Standard
input is a pipe that only auditor holds, so the kernel closes it however auditor ends, SIGKILL included; then
OPA is killed and FOLDER removed. SIGKILL, because OPA has nothing to save and answers SIGTERM only after the
running evaluation. Whoever removes the folder also makes it: no moment at which it could be left behind.

Exit code: 0 if the input closed, else OPA's own (128 + signal). Standard library only, and of that only what
loads in a few milliseconds; works on Linux and macOS.
"""

import os
import resource
import select
import signal
import sys

# A policy can read the environment of OPA, so that nothing of the user's is in it. The memory target keeps the
# peak under 400 MB on 100,000 resources and costs less CPU than Go's own; the limit ends a policy that runs away
# before the machine suffers (Linux; macOS does not count mapped memory here).
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "GOGC": "400", "GOMEMLIMIT": "350MiB"}
MEMORY_LIMIT = 1 << 30

# A terminal's Ctrl-C and a service manager's SIGTERM go to every process; this one has to outlive auditor.
OUTLIVED = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def main(folder: str, program: str, *arguments: str) -> int:
    for number in OUTLIVED:
        signal.signal(number, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    os.mkdir(folder, 0o700)
    try:
        return run(folder, program, arguments)
    except OSError as error:
        print(f"cannot run {program}: {error.strerror}", file=sys.stderr)
        return 127
    finally:
        remove(folder)


def run(folder: str, program: str, arguments: tuple[str, ...]) -> int:
    # OPA inherits the write end of a pipe: it reads as closed the moment that OPA is gone.
    gone, held = os.pipe()
    os.set_inheritable(held, True)
    child = os.posix_spawn(
        program,
        [program, *arguments],
        {**ENVIRONMENT, "HOME": folder},
        file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
        setsigdef=OUTLIVED,
    )
    os.close(held)
    closed, _, _ = select.select([0, gone], [], [])
    os.kill(child, signal.SIGKILL)  # not reaped yet, so the number is still its own
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if 0 in closed:
        return 0
    return code if code >= 0 else 128 - code


def remove(folder: str) -> None:
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(parent, name))
        for name in folders:
            os.rmdir(os.path.join(parent, name))
    os.rmdir(folder)


if __name__ == "__main__":
    exit_code = main(*sys.argv[1:])
    sys.stderr.flush()
    os._exit(exit_code)  # nothing to tear down; a few milliseconds less at the end of each run
