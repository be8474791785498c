"""What a search has come to, as sentences and numbers: the first thing that a reader looks for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from skbayes._digits import significant
from skbayes._numerics import same_score
from skbayes.found import Found
from skbayes.rules import BestScore, best_score
from skbayes.tables import taken_by

if TYPE_CHECKING:
    from skbayes.insight import AtBound, Insight

__all__ = ["Answers", "answers"]

# Of further candidates, as many are spoken of.
N_MORE = 10
# What the first candidate is called, by whether it is the estimator as it was, if that is known.
FIRST = {
    True: "the estimator with its own parameters",
    False: "the first candidate (the estimator with the nearest parameters of the space)",
    None: "the first candidate",
}
# Numbers between these are written without exponents.
TINY, NO_EXPONENT = 1e-4, 1e6
# Of numbers that differ by a smaller share, all digits that people read are the same.
SAME = 1e-6
WORDS = {"stopped": "stopped early", "cut off": "cut off by the end"}
REASONS = {
    "n_iter": "all of its candidates were evaluated",
    "exhausted": "no candidate was left",
    "interrupted": "it was interrupted",
    "no_workers": "the search had no workers",
    "error": "an error was raised",
    "copied while running": "this copy was made while the search was running",
    "max_time": "max_time was reached",
    "max_fits": "max_fits was reached, or was not enough for another candidate",
}


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Answers to the questions of somebody who was not there.

    Attributes
    ----------
    params : dict
        The best parameters; empty if no candidate has a score.
    score, error : float
        Their mean score, and its standard error over the folds; NaN if unknown.
    standing : str
        Of how many candidates they were taken, and as what.
    is_highest : bool
        Whether no candidate has a higher score.
    best : BestScore or None
        What they would score on new folds; None if this is not known of the candidate taken.
    gain : BestScore or None
        What they would gain on new folds over the first candidate.
    first : str
        What the first candidate is called.
    is_first : bool
        Whether the first candidate was taken.
    difference : float
        Score less that of the first candidate, on the folds by which it was chosen; NaN if that has
        none, or no other candidate has one.
    more : str
        Whether more candidates would pay, as a sentence.
    n_more : int
        How many candidates that sentence is about.
    chance : float
        The probability in that sentence; NaN if it is not known.
    bounds : tuple of str
        A sentence for each value at a bound.
    """

    params: dict[str, Any]
    score: float
    error: float
    standing: str
    is_highest: bool
    best: BestScore | None
    gain: BestScore | None
    first: str
    is_first: bool
    difference: float
    more: str
    n_more: int
    chance: float
    bounds: tuple[str, ...]

    @property
    def over_first(self) -> str:
        """What is gained over the first candidate, as a sentence; empty if that is not known."""
        if math.isnan(self.difference):
            return ""
        if not self.difference:
            if self.is_highest:
                return f"No candidate scored higher than {self.first}."
            if self.is_first:
                return f"The candidate taken is {self.first}."
            return f"The candidate taken scores the same as {self.first} on the same folds."
        better = "higher" if self.difference > 0 else "lower"
        is_told = self.is_highest or self.best is not None
        who = "It" if is_told else "The candidate taken"
        told = (
            f"{who} scores {in_digits(abs(self.difference), 3)} {better} than {self.first} on the "
            "same folds"
        )
        if self.gain is None or math.isnan(self.gain.expected):
            return f"{told}."
        expected, *ends = self.on_new_folds
        interval = (
            f"90 % interval {' to '.join(ends)}"
            if ends
            else "the interval is not known: the differences on all folds are equal"
        )
        return f"{told}; on new folds a difference of {expected} can be expected ({interval})."

    @property
    def on_new_folds(self) -> list[str]:
        """The gain to be expected on new folds, and the ends of its interval if it is known."""
        gain = self.gain
        assert gain is not None
        ends = () if math.isnan(gain.low) else (gain.low, gain.high)
        return as_gains(gain.expected, *ends)


def answers(
    found: Found, insight: Insight | None, begins_with_estimator: bool | None = None
) -> Answers:
    """Return what a search has come to.

    Parameters
    ----------
    found : Found
    insight : Insight or None
        None if fewer than two candidates have a score.
    begins_with_estimator : bool or None, default=None
        Whether the first candidate is the estimator as it was; None if this is not known.
    """
    taken = found.taken
    is_scored = taken is not None and math.isfinite(found.scores[taken])
    is_known = found.proposed_by[0] == "estimator"
    first = FIRST[begins_with_estimator if is_known else None]
    difference, gain = math.nan, None
    is_highest, best = found.is_highest_taken, None if insight is None else insight.best
    if best is not None and not (is_highest or best.is_simplest):
        best = None  # that is the highest score by the metric that steers, and another was taken
    more, n_more, chance = "", 0, math.nan
    if is_scored:
        if found.n_scored > 1:  # else nothing was compared
            score, before = float(found.scores[taken]), float(found.scores[0])
            difference = 0.0 if same_score(score, before) else score - before
        is_simplest = best is not None and best.is_simplest
        can_tell = found.n_folds > 1 and is_highest and not is_simplest
        if can_tell and math.isfinite(difference) and difference:
            # Each fold is left out in turn, and measures what the others have chosen: so the gain
            # is not that of the luckiest candidate. The first one was not chosen at all, and what
            # failed on some folds cannot be chosen by the others.
            has_failed = np.array(found.status) == "failed"
            folds = np.where(has_failed[:, None], math.nan, found.folds)
            gain = best_score((folds - found.folds[0]).tolist())
    bounds: tuple[AtBound, ...] = ()
    if insight is not None:
        bounds = insight.at_bounds()
        if best is None or taken is None or not _is_of(insight, found.params[taken]):
            bounds = tuple(replace(each, whose="highest") for each in bounds)
        improvement = insight.improvement(N_MORE)
        more, n_more = str(improvement), improvement.n
        chance = improvement.probability
    return Answers(
        params=dict(found.params[taken]) if is_scored and taken is not None else {},
        score=float(found.scores[taken]) if is_scored else math.nan,
        error=float(found.errors[taken]) if is_scored else math.nan,
        standing=standing(found),
        is_highest=is_highest,
        best=best,
        gain=gain,
        first=first,
        is_first=taken == 0,
        difference=difference,
        more=more,
        n_more=n_more,
        chance=chance,
        bounds=tuple(map(str, bounds)),
    )


def _is_of(insight: Insight, params: Mapping[str, Any]) -> bool:
    """Tell whether the best parameters of an insight are these; another row may score the same."""
    space = insight.space
    own = {name: value for name, value in params.items() if name in insight.best_params}
    if own.keys() != insight.best_params.keys():
        return False
    return space.encode(own) == space.encode(insight.best_params)


def standing(found: Found) -> str:
    """Return of how many candidates one was taken, and as what; it follows its score."""
    # Failures and candidates that were stopped early could not be taken.
    n = found.n_scored
    those = n_candidates(n, "" if n == len(found) else " complete")
    if found.is_highest_taken:
        return f"the best of {those}"
    if not n:
        return f"taken from {those}"
    row = int(np.nanargmax(found.scores))
    highest = in_digits(float(found.scores[row]), 5, float(found.errors[row]))
    return f"taken from {those} (the highest score is {highest})"


def choice(search: Any) -> str:
    """Return which metric chose the best candidate, as a sentence; "" if it is that of the scores.

    Parameters
    ----------
    search : object
        What was read as `Found`.
    """
    taken = taken_by(search)
    if taken is None:
        return ""
    metric, score = taken
    return (
        f"The best candidate was chosen by {metric}, the metric that refit names: its mean "
        f"{metric} is {in_digits(score, 5)}."
    )


def effort(found: Found, reason: str | None = None) -> str:
    """Return how much was evaluated, and why no more, as a sentence or two."""
    counts = Counter(found.status)
    parts = [f"{n} {WORDS.get(status, status)}" for status, n in counts.most_common()]
    verb = "was" if len(found) == 1 else "were"
    told = f"{n_candidates(len(found))} {verb} evaluated: {', '.join(parts)}."
    if found.n_fits:
        told += f" That took {found.n_fits} fit{'' if found.n_fits == 1 else 's'}"
        cost = float(np.nansum(found.cost))
        told += f" and {duration(cost)} of fitting and scoring." if cost > 0 else "."
    if reason:
        told += f" The search ended: {REASONS.get(reason, reason)}".rstrip(".") + "."
    return told


def n_candidates(n: int, word: str = "") -> str:
    """Return a number of candidates with its noun, and a word between them."""
    return f"{n}{word} candidate{'' if n == 1 else 's'}"


def in_digits(number: float, digits: int, least: float = math.nan) -> str:
    """Return a number as `significant` does, without an exponent below a million."""
    text = significant(number, digits, least)
    return f"{number:.0f}" if "e+" in text and abs(number) < NO_EXPONENT else text


def as_gains(*numbers: float) -> list[str]:
    """Return differences of scores, all to the same decimal place, so that their order is kept.

    The largest has three significant digits. More are shown if the numbers differ by less.
    """
    largest, width = max(map(abs, numbers)), max(numbers) - min(numbers)
    if not 0 < largest < math.inf:
        return [f"{number:+.3g}" for number in numbers]
    first = math.floor(math.log10(largest))
    place = 2 - first
    if width > SAME * largest:
        place = max(place, 1 - math.floor(math.log10(width)))
    if not TINY < largest < NO_EXPONENT:
        return [f"{number:+.{place + first + 1}g}" for number in numbers]
    # 0.0 takes the sign from what is rounded to nothing.
    return [f"{round(number, place) + 0.0:+.{max(place, 0)}f}" for number in numbers]


def duration(seconds: float) -> str:
    """Return a time as people write it."""
    if seconds < 1:
        return f"{seconds:.2g} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
