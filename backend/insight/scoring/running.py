"""A refresh: everything is fitted and judged, then every member's score is written, some at a time.

Loads numpy: for the process that fits, and for nobody else.
"""

from __future__ import annotations

from bisect import bisect_right
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlalchemy import delete, insert

from backend.core import clock, events
from backend.core.bulk import count_anew, delete_rows, insert_rows
from backend.core.db import db, end_read, parts, run_in_unit_of_work, table_of
from backend.customers import hold
from backend.insight import service as reading
from backend.insight.cuts import service as cuts
from backend.insight.scoring import ScoresRefreshed, service, stored
from backend.insight.scoring.models import MemberScore
from backend.insight.scoring.permitted import permitted
from backend.insight.scoring.saying import sayings
from backend.insight.statistics import refresh
from backend.insight.statistics.lifetime_value import Terms
from backend.settings import current_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from backend.insight.cuts.service import Drawn
    from backend.insight.scoring.saying import Sayings
    from backend.insight.service import Known

_PART: Final = 2_000
_log = structlog.get_logger(__name__)
_SCORE = table_of(MemberScore)
_INSERT = insert(_SCORE)


def carry_out(model_id: str) -> bool:
    """Do a run that was claimed, from where it was left, in units of work of its own; whether it ended well."""
    try:
        _carry_out(model_id)
    except Exception:  # noqa: BLE001 - as in the worker's jobs: logged; the screen says that it failed.
        _log.exception("insight_refresh_failed", model=model_id)
        db.session.rollback()
        run_in_unit_of_work(partial(service.fail, model_id, "error"))
    done = service.find(model_id).state == "ready"
    end_read()
    return done


def _carry_out(model_id: str) -> None:
    run = service.find(model_id)
    as_of, state, after, currency = run.as_of, run.state, run.after, run.currency
    known = reading.read(as_of, currency=currency)
    if not known.ids:
        run_in_unit_of_work(partial(service.fail, model_id, "no_sales"))
        return
    if state == "scoring":
        models = stored.models(run.parameters, run.judgements, as_of)
        end_read()
    else:
        run_in_unit_of_work(partial(service.touch, model_id))
        models, after = refresh.fit(known.histories, as_of.toordinal()), None
        run_in_unit_of_work(partial(_keep, model_id, models, known))
    settings = current_settings()
    terms = Terms(annual_discount=settings.insight_discount, margin=settings.insight_margin)
    _score(model_id, as_of, sayings(models, known, terms), after)
    drawn = cuts.draw(cuts.facts_as_of(as_of), as_of)
    end_read()
    run_in_unit_of_work(partial(_end, model_id, as_of, drawn))


def _keep(model_id: str, models: refresh.Models, known: Known) -> None:
    """Keep what was fitted: who takes the run up after a kill goes on with it."""
    service.touch(
        model_id,
        state="scoring",
        currency=known.currency,
        members=len(known.ids),
        purchases=int(known.histories.counts.sum()),
        looked=0,
        scored=0,
        after=None,
        parameters=stored.parameters(models),
        judgements=stored.judgements(models),
    )


def _score(model_id: str, as_of: date, said: Sayings, after: str | None) -> None:
    """Write the scores of those behind `after`, a part in a unit of work."""
    ids = said.known.ids
    first = 0 if after is None else bisect_right(ids, after)
    for places in parts(range(first, len(ids)), _PART):
        if not run_in_unit_of_work(partial(_write, model_id, as_of, said, places)):
            return


def _write(model_id: str, as_of: date, said: Sayings, places: Sequence[int]) -> bool:
    """Write the scores of a part; whether the run is still under way. Consent is asked for while they are held."""
    ids = said.known.ids[places[0] : places[-1] + 1]
    hold(ids)
    run = service.find(model_id)
    if run.state != "scoring":
        return False
    wanted = set() if said.nothing else permitted(ids) - set(run.left_out)
    rows = [_row(said, place, model_id, as_of) for place in places if said.known.ids[place] in wanted]
    delete_rows(_SCORE, [{"customer_id": each} for each in ids])
    insert_rows(_INSERT, rows)
    run.looked, run.scored, run.after, run.touched_at = places[-1] + 1, run.scored + len(rows), ids[-1], clock.now()
    return True


def _row(said: Sayings, place: int, model_id: str, as_of: date) -> dict[str, Any]:
    return said.row(place) | {"model_id": model_id, "as_of": as_of}


def _end(model_id: str, as_of: date, drawn: Drawn) -> None:
    """Forget the scores of who has none any more, keep the cut-points of that day, and tell others."""
    run = service.find(model_id)
    if run.state != "scoring":
        return
    bulk = {"synchronize_session": False}
    db.session.execute(delete(MemberScore).where(MemberScore.model_id != model_id), execution_options=bulk)
    count_anew(MemberScore)
    run.state, run.ended_at, run.after, run.left_out = "ready", clock.now(), None, []
    db.session.flush()
    service.prune()
    cuts.keep(drawn)
    events.publish(ScoresRefreshed(as_of, model_id))
