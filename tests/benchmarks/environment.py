# SPDX-License-Identifier: GPL-3.0-or-later
"""Python environments, each built once from its requirements into the user's cache; and what this machine is."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

FOLDER = Path(__file__).parent
PEERS = FOLDER / "requirements.txt"
WINDOW = FOLDER / "requirements-window.txt"


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "vit-workbench" / "benchmarks"


def python_with(requirements, cache, size=""):
    """The interpreter of the environment for these very requirements; makes it if it is not there."""
    key = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"{requirements.stem}-{key}"
    complete = folder / "complete"
    if not complete.exists():
        print(f"Installing what {requirements} names into {folder}{size} …", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            venv.create(folder, with_pip=True)
        except subprocess.CalledProcessError as fault:
            sys.exit(f"Python could not make an environment in {folder}: {fault}. On Debian and Ubuntu the package "
                     "python3-venv is needed.")
        pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--requirement", requirements]
        if subprocess.run(pip).returncode != 0:
            sys.exit(f"pip could not install what {requirements} names; its message is above. Python 3.11 to 3.13 and "
                     "a network are needed.")
        complete.touch()
    return folder / "bin" / "python"


def run_with(requirements):
    """Goes on in an environment with these packages: starts this program there, with the same arguments."""
    python = python_with(requirements, cache_folder())
    if Path(sys.prefix).resolve() != python.parents[1].resolve():
        os.execv(python, [python, *sys.argv])


def processors(threads):
    """The processors that every contender is held to: as many as there are threads."""
    allowed = sorted(os.sched_getaffinity(0))
    if threads > len(allowed):
        sys.exit(f"compare: --threads {threads}, but there are {len(allowed)} processors.")
    return set(allowed[:threads])


def process_environment(threads, cache):
    """The same for every contender."""
    return {
        **os.environ,
        "OMP_NUM_THREADS": str(threads),
        "MKL_NUM_THREADS": str(threads),
        "OPENBLAS_NUM_THREADS": str(threads),
        # glibc gives large blocks back to the system at every step and faults them in again: a third of PyTorch's time.
        # These are what vit-cli sets for itself, one arena for all threads included: the others are heaps too small for
        # a tensor, past which glibc would map and unmap each one all the same.
        "MALLOC_MMAP_THRESHOLD_": str(1 << 30),
        "MALLOC_TRIM_THRESHOLD_": str(2 * ((1 << 30) - 1)),
        "MALLOC_TOP_PAD_": str(64 << 20),
        "MALLOC_ARENA_MAX": "1",
        # torch.compile finds in a later round what it compiled in the first.
        "TORCHINDUCTOR_CACHE_DIR": str(cache / "inductor"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def machine():
    model = "unknown processor"
    flags = ""
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
        if line.startswith("flags"):
            flags = line.split(":", 1)[1].split()
            break
    units = [name for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx512_bf16", "AVX-512 bf16"),
                                     ("amx_bf16", "AMX bf16")) if flag in flags]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": model,
        "instruction_sets": units,
        "processors": os.cpu_count(),
        "memory_gb": round(memory / 1e9, 1),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", platform.system()),
        "kernel": platform.release(),
    }
