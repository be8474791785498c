"""What the project is checked with; `nox` runs every session, `nox -s lint types` some of them."""

import os
import platform
import tarfile
import tempfile
from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "tests", "tests_kernel", "tests_oldest", "wheel"]
nox.options.reuse_existing_virtualenvs = True

ROOT = Path(__file__).parent

EVERYTHING = ["-m", "slow or not slow"]

# The tests whose course follows from a model of what was told.
NUMERICAL = [
    *("tests/acquisition", "tests/gp", "tests/insight", "tests/optimizer"),
    *("tests/model/test_surrogate.py", "tests/model/test_transfer.py"),
    "tests/engine/test_engine.py",
]

# What numpy has faster code for on this processor, beside what it needs in any case.
CPU_FEATURES = "import numpy as np; print(*np.show_config('dicts')['SIMD Extensions']['found'])"

# What the projects build each night, see Scientific Python's SPEC 4.
DEVELOPMENT_WHEELS = "https://pypi.anaconda.org/scientific-python-nightly-wheels/simple"


@nox.session
def lint(session: nox.Session) -> None:
    """Rules and format of every Python file."""
    session.install("-q", "-e", ".[lint]")
    session.run("python", "-m", "ruff", "check")
    session.run("python", "-m", "ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    """Types of the package, strictly."""
    session.install("-q", "-e", ".[lint]")
    session.run("python", "-m", "mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """All tests with the newest dependencies: those of the README's command, and the slow ones."""
    session.install("-q", "-e", ".[test,services]")
    session.run("python", "-m", "pytest", *EVERYTHING, *session.posargs)


@nox.session
def tests_kernel(session: nox.Session) -> None:
    """What depends on the last bit of a sum, as a processor of another kind adds it up.

    The first line of pytest's output names the kernels of linear algebra that are in use.
    """
    session.install("-q", "-e", ".[test]")
    features = session.run("python", "-c", CPU_FEATURES, silent=True)
    env = {"NPY_DISABLE_CPU_FEATURES": str(features).strip()}
    if platform.machine().lower() in ("x86_64", "amd64"):
        # What every such processor can run; OpenBLAS takes its kernels for older ones still.
        env["OPENBLAS_CORETYPE"] = "Prescott"
    session.run("python", "-m", "pytest", "-n", "logical", *NUMERICAL, *session.posargs, env=env)


@nox.session
def tests_oldest(session: nox.Session) -> None:
    """The tests of the README's command with the oldest dependencies that are supported."""
    session.install("-q", "-c", ".ci/oldest.txt", "-e", ".[test]")
    session.run("python", "-m", "pip", "list", "--format=freeze", silent=False)
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session(default=False)
def tests_development(session: nox.Session) -> None:
    """The tests with the development wheels of what scikit-learn's next release will need."""
    session.install("-q", "-e", ".[test]")
    session.install(
        *("-q", "--pre", "--upgrade", "--upgrade-strategy", "only-if-needed"),
        *("--only-binary", ":all:", "--extra-index-url", DEVELOPMENT_WHEELS),
        *("numpy", "scipy", "scikit-learn"),
    )
    session.run("python", "-m", "pip", "list", "--format=freeze", silent=False)
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def wheel(session: nox.Session) -> None:
    """A built wheel, alone in a new environment and away from this folder, runs a search."""
    session.install("-q", "build")
    with tempfile.TemporaryDirectory() as folder:
        # Without options, the wheel is built from the source archive: both are checked.
        session.run("python", "-m", "build", "--outdir", folder, ".", silent=True)
        [built] = Path(folder).glob("*.whl")
        check_installed(session, built, Path(folder) / "env")


def check_installed(session: nox.Session, built: Path, env: Path) -> None:
    """Run a search with what is built, in a new environment and away from this folder."""
    session.run("python", "-m", "venv", str(env))
    python = str(env / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    session.run(python, "-m", "pip", "install", "-q", str(built), external=True, silent=True)
    with session.chdir(env):
        # -I: neither the folder nor PYTHONPATH may lend the package.
        session.run(python, "-I", str(ROOT / ".ci" / "check_wheel.py"), external=True)


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """What goes to the package index, built and checked; see docs/releasing.md.

    `nox -s release -- FOLDER` keeps both files there.
    """
    session.install("-q", "build", "twine>=6")
    with tempfile.TemporaryDirectory() as folder:
        dist = Path(session.posargs[0] if session.posargs else f"{folder}/dist").resolve()
        if dist.exists() and any(dist.iterdir()):
            session.error(f"{dist} is not empty: files of another release would be uploaded too")
        session.run("python", "-m", "build", "--outdir", str(dist), ".", silent=True)
        [archive], [built] = dist.glob("*.tar.gz"), dist.glob("*.whl")
        session.run("python", "-m", "twine", "check", "--strict", str(archive), str(built))
        check_archive(session, archive)
        for number, path in enumerate((archive, built)):
            check_installed(session, path, Path(folder) / f"env{number}")


def check_archive(session: nox.Session, archive: Path) -> None:
    """Refuse a source archive with what only the repository needs, or without what others do."""
    with tarfile.open(archive) as files:
        inside = {name.partition("/")[2] for name in files.getnames()}
    unwanted = ("benchmarks/", "docs/_build/", "docs/api/", "docs/examples/")
    if found := sorted(name for name in inside if name.startswith(unwanted)):
        session.error(f"the source archive holds {found[0]} and {len(found) - 1} other files")
    needed = {
        "pyproject.toml",
        "hatch_build.py",
        "LICENSE",
        "README.md",
        "CITATION.cff",
        "docs/conf.py",
    }
    if missing := needed - inside:
        session.error(f"the source archive lacks {', '.join(sorted(missing))}")
    session.log(f"{archive.name}: {len(inside)} files, {archive.stat().st_size / 1e6:.1f} MB")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """The site in docs/_build/html, with all examples run; a warning is an error."""
    session.install("-q", "-e", ".[docs]")
    session.run(
        *("python", "-m", "sphinx", "-W", "--keep-going", "-b", "html"),
        *("docs", "docs/_build/html", *session.posargs),
        env={"OMP_NUM_THREADS": "1"},
    )


@nox.session(default=False)
def benchmarks(session: nox.Session) -> None:
    """A sample of some studies, to see that they run; the figures mean nothing."""
    session.install("-q", "-e", ".[bench]")
    with tempfile.TemporaryDirectory() as folder:
        for words in (
            "import_time --repeats 3",
            "overhead --sizes 10 --repeats 1",
            "quality --seeds 1 --only wine/svm",
            "insight --seeds 1",
            "evidence --seeds 1",
        ):
            session.run("python", "-m", "benchmarks", *words.split(), "--out", folder)
