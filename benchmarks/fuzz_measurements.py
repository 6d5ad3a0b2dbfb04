"""Coverage-guided fuzzing of the importers of benchmark results: hostile bytes, no traceback.

pip install atheris
python benchmarks/fuzz_measurements.py -max_total_time=600 -rss_limit_mb=2048 -timeout=10

Any exception but InputFileError, a run of more than 10 s, or memory above the limit ends it with
the input that did it. Not part of CI: a short run by Hypothesis is in tests/test_measurements.py.
The arguments are those of libFuzzer; half of the mutations are made on the JSON, half on bytes.
"""

import contextlib
import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Any

import atheris

with atheris.instrument_imports(include=["xl_tco.measurements", "json"]):
    from xl_tco.errors import InputFileError
    from xl_tco.measurements import Given, Measurement, load_measurements
    from xl_tco.measurements.frontier import frame, frontiers
    from xl_tco.measurements.own import line

DATA = Path(__file__).parents[1] / "tests" / "data" / "measurements"
GIVEN = Given(platform="h200", gpus=8, precision="fp8", model="a model")
HOSTILE = (None, True, 0, -1, 1e308, 5e-324, 10**400, "", "inf", "\ud800", "=1+1", [], {}, [[]])
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz_measurements_"))
INPUT = FOLDER / "input.json"


def seeds(folder: Path) -> None:
    """Real records, one a file, so that mutations stay small; and the package's own of them."""
    for path in DATA.glob("*.json"):
        document = json.loads(path.read_text(encoding="utf-8"))
        records = (
            document[::9] if isinstance(document, list) else [document.get("record", document)]
        )
        for number, record in enumerate(records):
            text = json.dumps([record] if isinstance(document, list) else record)
            seed = folder / f"{path.stem}_{number}.json"
            seed.write_text(text, encoding="utf-8")
            with contextlib.suppress(InputFileError):
                (item,) = load_measurements([seed], GIVEN).measurements
                (folder / f"own_{seed.name}").write_text(line(item), encoding="utf-8")


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every container of a document with each of its keys."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item))
        found += [(item, key) for key in keys]
        waiting += [item[key] for key in keys if isinstance(item[key], (dict, list))]
    return found


def mutated(data: bytes, max_size: int, seed: int) -> bytes:
    """One value of the document replaced, or some bytes by libFuzzer."""
    draw = random.Random(seed)  # noqa: S311
    try:
        document = json.loads(data) if draw.random() < 0.5 else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, (dict, list)) or not (found := places(document)):
        return bytes(atheris.Mutate(data, max_size))
    container, key = draw.choice(found)
    if draw.random() < 0.2:
        del container[key]
    elif isinstance(container[key], float) and draw.random() < 0.5:
        container[key] *= 10 ** draw.uniform(-9, 9)
    else:
        container[key] = draw.choice(HOSTILE)
    return json.dumps(document).encode()[:max_size]


def one(data: bytes) -> None:
    """Import the bytes: a fault in words, or measurements that hold."""
    INPUT.write_bytes(data)
    try:
        imported = load_measurements([INPUT], GIVEN)
    except InputFileError as error:
        if str(INPUT) not in str(error):
            raise AssertionError(f"names no file: {error}") from None
        return
    for item in imported.measurements:
        Measurement.model_validate(item.model_dump())
    frontiers(frame(imported.measurements))


def main() -> None:
    """Fuzz with a corpus of real records, in memory."""
    corpus = FOLDER / "corpus"
    corpus.mkdir()
    seeds(corpus)
    atheris.Setup([*sys.argv, str(corpus)], one, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
