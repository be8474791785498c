"""Run a study: ``python -m benchmarks STUDY``, from the root of the repository."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"  # before numpy is imported, here and in the workers

import ast
import importlib
import sys
from pathlib import Path

STUDIES = {path.stem: path for path in sorted(Path(__file__).parent.glob("studies/[!_]*.py"))}


def question(path: Path) -> str:
    """Return the first line of the docstring of a study, which is not imported."""
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]


def main() -> None:
    """Run the study that is named first, with the arguments that follow."""
    name, *words = sys.argv[1:] or ["--help"]
    if name in ("-h", "--help"):
        print("python -m benchmarks STUDY [--help | arguments of the study]\n")
        width = max(map(len, STUDIES)) + 2
        for study, path in STUDIES.items():
            print(f"{study:{width}s}{question(path)}")
        return
    if name not in STUDIES:
        raise SystemExit(f"There is no study {name!r}; there are {', '.join(STUDIES)}.")
    importlib.import_module(f"benchmarks.studies.{name}").main(words)


if __name__ == "__main__":
    main()
