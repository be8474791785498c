"""Records: how events are written as lines, and read back exactly.

A line is eight lower-case hexadecimal digits, the CRC-32 of the rest, a blank, and a JSON object.
Only numbers, strings, and lists and objects of these are written: values of the user stand in the
search space, and points hold their codes.
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Mapping
from typing import Any

from skbayes._trials import Asked, FoldScore, Prediction, Scored
from skbayes.space import Point

# Bytes before the JSON object.
PREFIX = 9

# Longer integers are written in hexadecimal: from 4300 digits on Python refuses decimal ones.
_LONG = 2**64

# Escapes would make one character of two surrogates that stand side by side.
_ENCODING = ("utf-8", "surrogatepass")

_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}

# What parsing raises for what is no record: wrong types, missing keys, wild nesting.
MALFORMED = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def reason(error: BaseException) -> str:
    """Return what is wrong with a record, in a few words."""
    if isinstance(error, ValueError) and not isinstance(error, UnicodeError | json.JSONDecodeError):
        return str(error).rstrip(".")
    return "it is malformed"


def line_of(record: Mapping[str, Any]) -> bytes:
    """Return the line of a record."""
    text = json.dumps(record, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    body = text.encode(*_ENCODING)
    return b"%08x %s\n" % (zlib.crc32(body), body)


def parse(line: bytes) -> dict[str, Any]:
    """Return the record of a line that is given without its end; one of `MALFORMED` if none."""
    body = line[PREFIX:]
    # Bytes are compared, not numbers: those can be written in several ways.
    if line[:PREFIX] != b"%08x " % zlib.crc32(body):
        raise ValueError("its checksum does not match")
    record = json.loads(body.decode(*_ENCODING))
    if not isinstance(record, dict):
        raise ValueError("it is not a JSON object")
    return record


def record_of(event: Asked | Scored, elapsed: float) -> dict[str, Any]:
    """Return the record of an event; `elapsed` in seconds goes with `Scored`."""
    if isinstance(event, Asked):
        codes = [_written_code(code) for code in event.point.codes]
        record = {"k": "ask", "i": event.index, "b": event.point.branch, "p": codes}
        if event.prediction is not None:
            record["m"] = [_written(event.prediction.mean), _written(event.prediction.sd)]
        if event.origin is not None:
            record["o"] = event.origin
        if event.at is not None:
            record["t"] = _written(event.at)
        return record
    score = event.score
    record = {"k": "fold", "i": event.index, "f": event.fold, "s": _written_scores(score.test)}
    if event.rung is not None:
        record["g"] = event.rung
    if score.train is not None:
        record["r"] = _written_scores(score.train)
    record |= {"ft": _written(score.fit_time), "st": _written(score.score_time)}
    if score.error is not None:
        record["e"] = score.error
    if score.rounds is not None:
        record["n"] = score.rounds
    if score.is_dict:
        record["d"] = 1
    return record | {"t": _written(elapsed if score.at is None else score.at)}


def event_of(record: Mapping[str, Any]) -> tuple[Asked | Scored, float]:
    """Return the event of a record and its time; one of `MALFORMED` if it is none."""
    index = whole(record["i"])
    if record["k"] == "ask":
        if not isinstance(record["p"], list):
            raise TypeError
        codes = tuple([_code(code) for code in record["p"]])
        prediction = None
        if "m" in record:
            mean, sd = record["m"]
            prediction = Prediction(_float(mean), _float(sd))
        point = Point(whole(record["b"]), codes)
        at = _float(record["t"]) if "t" in record else None
        return Asked(index, point, prediction, _text(record.get("o")), at), 0.0
    if record["k"] != "fold":
        raise ValueError("its kind is not known")
    train, elapsed = record.get("r"), _float(record["t"])
    score = FoldScore(
        test=_scores(record["s"]),
        train=None if train is None else _scores(train),
        fit_time=_float(record["ft"]),
        score_time=_float(record["st"]),
        error=_text(record.get("e")),
        rounds=whole(record["n"]) if "n" in record else None,
        at=elapsed,
        is_dict="d" in record,
    )
    rung = whole(record["g"]) if "g" in record else None
    return Scored(index, whole(record["f"]), score, rung), elapsed


def whole(written: Any) -> int:
    """Return an int as it is; TypeError if it is none."""
    if type(written) is not int:
        raise TypeError
    return written


def _text(written: Any) -> str | None:
    if not (written is None or isinstance(written, str)):
        raise TypeError
    return written


def _written(number: float) -> float | str:
    number = float(number)
    return number if math.isfinite(number) else str(number)


def _float(written: Any) -> float:
    if type(written) is float:
        return written
    return _NOT_FINITE[written]


def _written_scores(scores: Mapping[str, float]) -> dict[str, float | str]:
    return {name: _written(score) for name, score in scores.items()}


def _scores(written: Any) -> dict[str, float]:
    return {name: _float(score) for name, score in written.items()}


def _written_code(code: float | int) -> float | int | str:
    return hex(code) if isinstance(code, int) and abs(code) >= _LONG else code


def _code(written: Any) -> float | int:
    if type(written) is str:
        return int(written, 16)
    if type(written) is float and math.isfinite(written):
        return written
    return whole(written)
