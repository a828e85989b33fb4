"""What a campaign brought by variant, grade, store and staff, and how far several comparisons can be trusted. Pure."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

from backend.campaigns.effect import estimates, sentences
from backend.campaigns.effect.outcomes import Bought, grouped, together

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from backend.campaigns.effect.outcomes import Cell

Names = dict[Any, str]
_ONE = 1


def by_variant(cells: dict[Cell, Bought], names: Names, currency: str) -> dict[str, Any]:
    """Each wording against all who are held out, and against each other one."""
    treated = _of_arm(cells, "treated", lambda cell: cell.variant)
    held_out = together(bought for cell, bought in cells.items() if cell.arm == "held_out")
    pairs = list(combinations(_sorted(treated), 2))
    comparisons = (len(treated) + len(pairs)) if held_out.members else len(pairs)
    against: Callable[[Any], Bought | None] = lambda _: held_out if held_out.members else None  # noqa: E731
    items = [_item(key, names, treated[key], against(key), currency, comparisons) for key in _sorted(treated)]
    compared = [
        _pair((names.get(one, str(one)), treated[one]), (names.get(other, str(other)), treated[other]), currency,
              comparisons)
        for one, other in pairs
    ]  # fmt: skip
    return _groups("variant", items, compared, comparisons)


def by_field(kind: str, cells: dict[Cell, Bought], names: Names, currency: str) -> dict[str, Any]:
    """Each `kind` (grade or store), against those of it who are held out."""
    key = {"grade": lambda cell: cell.grade, "store": lambda cell: cell.store_id}[kind]
    treated, held_out = _of_arm(cells, "treated", key), _of_arm(cells, "held_out", key)
    comparisons = len(treated) if held_out else 0
    empty = Bought() if held_out else None
    items = [
        _item(each, names, treated[each], held_out.get(each, empty), currency, comparisons) for each in _sorted(treated)
    ]
    return _groups(kind, items, [], comparisons)


def by_staff(cells: dict[Cell, Bought], names: Names) -> dict[str, Any]:
    """What those bought whom each of the staff called: nobody among the held out was anybody's to call."""
    treated = _of_arm(cells, "treated", lambda cell: cell.staff_id)
    none = estimates.unknown("no_comparison")
    items = [
        {
            "key": key,
            "name": names.get(key),
            "treated": arm("treated", treated[key]),
            "held_out": None,
            "share": none,
            "spend": none,
            "holds": False,
        }
        for key in _sorted(treated)
        if key is not None
    ]
    return _groups("staff", items, [], 0)


def arm(name: str, bought: Bought) -> dict[str, Any]:
    """An arm in the shape of `EffectArmSchema`."""
    members = bought.members
    return {
        "arm": name,
        "members": members,
        "buyers": bought.buyers,
        "share": bought.buyers / members if members else None,
        "sales": bought.sales,
        "net": bought.spend.total,
        "mean": bought.spend.mean if members else None,
    }


def _item(
    key: Any, names: Names, treated: Bought, held_out: Bought | None, currency: str, comparisons: int  # noqa: ANN401
) -> dict[str, Any]:  # fmt: skip
    against = estimates.HELD_OUT
    if held_out is None:
        share = spend = estimates.unknown("no_holdout")
    else:
        share = estimates.shares(treated, held_out, sentences.share_against(*against))
        spend = estimates.spends(treated, held_out, sentences.spend_against(*against, currency))
    return {
        "key": None if key is None else str(key),
        "name": names.get(key),
        "treated": arm("treated", treated),
        "held_out": None if held_out is None else arm("held_out", held_out),
        "share": share,
        "spend": spend,
        "holds": held_out is not None and estimates.holds(treated, held_out, 2 * comparisons),
    }


def _pair(first: tuple[str, Bought], second: tuple[str, Bought], currency: str, comparisons: int) -> dict[str, Any]:
    against = (f"‘{second[0]}’ 문구", f"those who got “{second[0]}”")
    return {
        "first": first[0],
        "second": second[0],
        "share": estimates.shares(first[1], second[1], sentences.share_against(*against)),
        "spend": estimates.spends(first[1], second[1], sentences.spend_against(*against, currency)),
        "holds": estimates.holds(first[1], second[1], 2 * comparisons),
    }


def _groups(kind: str, items: list[Any], pairs: list[Any], comparisons: int) -> dict[str, Any]:
    return {"kind": kind, "comparisons": comparisons, "note": _note(comparisons), "items": items, "pairs": pairs}


def _note(comparisons: int) -> sentences.Said:
    if comparisons <= _ONE:
        return sentences.said(
            "비교가 하나뿐이거나 없으므로 구간을 그대로 읽으셔도 됩니다.",
            "There is one comparison or none: the interval can be read as it stands.",
        )
    return sentences.said(
        f"{comparisons}가지를 한꺼번에 비교하면 효과가 없어도 하나쯤은 뚜렷해 보일 수 있습니다."
        " 비교를 모두 고려해도(본페로니) 남는 차이에만 표시하였습니다.",
        f"Among {comparisons} comparisons one may look clear though nothing works."
        " Only those are marked that hold when all are taken together (Bonferroni).",
    )


def _of_arm(cells: dict[Cell, Bought], name: str, key: Callable[[Cell], Any]) -> dict[Any, Bought]:
    return grouped({cell: bought for cell, bought in cells.items() if cell.arm == name}, key)


def _sorted(groups: Mapping[Any, Bought]) -> list[Any]:
    return sorted(groups, key=lambda key: (key is None, str(key).zfill(_WIDTH)))


_WIDTH = 10
