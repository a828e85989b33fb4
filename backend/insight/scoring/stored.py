"""Models as JSON: how a version keeps what was fitted and how it was judged, and how it comes back."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from math import isfinite
from typing import TYPE_CHECKING, Any

from backend.insight.statistics.bgnbd import BgNbd
from backend.insight.statistics.gamma_gamma import GammaGamma
from backend.insight.statistics.judging import Release
from backend.insight.statistics.refresh import Judged, Models
from backend.insight.statistics.returning import restored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from backend.insight.statistics.judging import Judgement


def parameters(models: Models) -> dict[str, Any]:
    """`buying`, `spending` and `returning` by horizon; None where a model could not be fitted."""
    return {
        "buying": None if models.buying is None else asdict(models.buying),
        "spending": None if models.spending is None else asdict(models.spending),
        "returning": {
            str(horizon): None if judged.model is None else asdict(judged.model)
            for horizon, judged in models.returning.items()
        },
    }


def judgements(models: Models) -> dict[str, Any]:
    """By horizon: `released`, `reasons` against it, and the figures of the `days` of the back-test."""
    return {
        str(horizon): {
            "released": judged.release.released,
            "reasons": list(judged.release.reasons),
            "days": [_figures(each) for each in judged.judgements],
        }
        for horizon, judged in models.returning.items()
    }


def models(parameters: Mapping[str, Any], judgements: Mapping[str, Any], as_of: date) -> Models:
    """The models of a version. Judgements stay where they are: nothing is said by them."""
    buying, spending = parameters["buying"], parameters["spending"]
    returning = {}
    for horizon, model in parameters["returning"].items():
        said = judgements[horizon]
        release = Release(released=said["released"], reasons=tuple(said["reasons"]))
        returning[int(horizon)] = Judged(None if model is None else restored(model), (), release)
    return Models(
        as_of.toordinal(),
        None if buying is None else BgNbd(**buying),
        None if spending is None else GammaGamma(**spending),
        returning,
    )


def _figures(judgement: Judgement) -> dict[str, Any]:
    """Its fields; the day as a date, and None for what too few members leave open."""
    found = {
        name: None if isinstance(value, float) and not isfinite(value) else value
        for name, value in asdict(judgement).items()
    }
    return found | {"day": date.fromordinal(judgement.day).isoformat()}
