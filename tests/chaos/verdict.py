"""The verdict: what the model knows against what was found. Pure."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.chaos.copy import checksum
from tests.chaos.doings import EDITED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.chaos.found import Found
    from tests.chaos.model import Model, Planned, Result


@dataclass
class Verdict:
    """What went wrong, a sentence each."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    diverged: list[str] = field(default_factory=list)
    unexplained: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing did."""
        return not (self.lost or self.doubled or self.diverged or self.unexplained)

    @property
    def counts(self) -> dict[str, int]:
        """How much of each."""
        return {name: len(getattr(self, name)) for name in ("lost", "doubled", "diverged", "unexplained")}


def judge(model: Model, found: Found) -> Verdict:
    """Compare what was promised with what is there."""
    verdict = Verdict(unexplained=list(model.unexplained))
    _sales(model, found, verdict)
    _points(model, found, verdict)
    _coupons(model, found, verdict)
    _others(model, found, verdict)
    _overdrafts(model, found, verdict)
    for planned in model.planned.values():
        verdict.unexplained += _answer(planned, model, found)
    verdict.unexplained += _inbox(model, found)
    verdict.unexplained += _chains(model, found)
    verdict.unexplained += [f"the facts of {customer} are not what her sales say" for customer in found.stale_facts]
    verdict.unexplained += [f"sync verify: {problem}" for problem in found.verified.get("problems", [])]
    if not found.verified.get("ok"):
        verdict.unexplained.append("sync verify does not agree")
    for copy in found.copies:
        for name in sorted(copy.rows.keys() | copy.fresh.keys()):
            verdict.diverged += _differing(copy.name, name, copy.rows.get(name, {}), copy.fresh.get(name, {}))
    return verdict


def _taken(model: Model, kind: str) -> dict[str, Planned]:
    """What must have been taken, by id."""
    return {
        key: planned
        for key, planned in model.planned.items()
        if planned.mutation["kind"] == kind and planned.rejection is None
    }


def _sales(model: Model, found: Found, verdict: Verdict) -> None:
    recorded, listed = _taken(model, "sale.log"), Counter(found.sale_ids)
    verdict.lost += [f"sale {key}" for key in recorded if key not in listed]
    verdict.doubled += [f"sale {key}" for key, count in listed.items() for _ in range(count - 1)]
    verdict.doubled += [f"sale {key}, which no tablet recorded" for key in listed if key not in recorded]
    for key, planned in recorded.items():
        data, there = planned.mutation["data"], found.sales.get(key)
        told = (sum(line["amount"] for line in data["lines"]), data["customer_id"], data.get("points_redeemed", 0))
        if there is not None and told != (there.total, there.customer, there.points):
            verdict.unexplained.append(f"sale {key} was recorded as {told} and is kept as {there}")


def _points(model: Model, found: Found, verdict: Verdict) -> None:
    """The ledger moved once for each sale whose buyer was known, and gave back its share of what came back."""
    wanted = Counter(model.points)
    back = _came_back(model, found)
    for key, planned in _taken(model, "sale.log").items():
        data = planned.mutation["data"]
        known = "unknown_customer" not in found.receipts.get(key, {}).get("flags", ())
        if data["customer_id"] is not None and known:
            paid = data.get("points_redeemed", 0)
            wanted[data["customer_id"]] -= paid - _given_back(data["lines"], paid, back[key])
    for customer in wanted.keys() | found.points.keys():
        there, right = found.points.get(customer, 0), wanted[customer]
        if there < right:
            verdict.doubled.append(f"points of {customer}: {there} instead of {right}")
        elif there > right:
            verdict.lost.append(f"points of {customer}: {there} instead of {right}")


def _overdrafts(model: Model, found: Found, verdict: Verdict) -> None:
    """Who owes points spent them with sales that were flagged, and every debt is one of the balance."""
    flagged: Counter[str] = Counter()
    for key, planned in _taken(model, "sale.log").items():
        data = planned.mutation["data"]
        if "points_overdrawn" in found.receipts.get(key, {}).get("flags", ()):
            flagged[data["customer_id"]] += data["points_redeemed"]
    for customer, owed in found.debts.items():
        if owed > flagged[customer]:
            verdict.unexplained.append(f"{customer} owes {owed} points, of which {flagged[customer]} were flagged")
    for customer, points in found.points.items():
        if points < 0 and found.debts.get(customer, 0) < -points:
            verdict.lost.append(f"the debt of {customer}, who has {points} points")


def _coupons(model: Model, found: Found, verdict: Verdict) -> None:
    """Each code has one valid use at most, and one unless all came back; every further use is flagged."""
    for code, sales in _brought(model, found).items():
        states = {sale: found.coupons.get((code, sale)) for sale in sales}
        verdict.lost += [f"coupon {code} with sale {sale}" for sale, state in states.items() if state is None]
        counted = [sale for sale, state in states.items() if state == "counted"]
        verdict.doubled += [f"coupon {code} with sale {sale}" for sale in counted[1:]]
        flags = {sale: set(found.receipts.get(sale, {}).get("flags", ())) for sale in sales}
        wrong = {sale: flags[sale] & {"coupon_already_used", "coupon_not_fitting"} for sale in sales}
        for sale, state in states.items():
            if state is not None and bool(wrong[sale]) != (state == "flagged"):
                verdict.unexplained.append(f"coupon {code} is {state} with sale {sale}, flagged {sorted(flags[sale])}")
        if set(states.values()) == {"flagged"} and all(each == {"coupon_already_used"} for each in wrong.values()):
            verdict.lost.append(f"coupon {code}, which nobody has used and everybody was refused")


def _brought(model: Model, found: Found) -> dict[str, list[str]]:
    """{code: sales that it was taken with}, of the codes that the server ought to know."""
    brought: dict[str, list[str]] = defaultdict(list)
    for key, planned in _taken(model, "sale.log").items():
        for code in planned.mutation["data"].get("coupons", ()):
            if code.isdigit() and key in found.sales:
                brought[code].append(key)
    return brought


def _came_back(model: Model, found: Found) -> dict[str, Counter[int]]:
    """{sale: {line: articles}} of the returns that were taken."""
    back: dict[str, Counter[int]] = defaultdict(Counter)
    for key, planned in _taken(model, "sale.return").items():
        data = planned.mutation["data"]
        if found.receipts.get(key, {}).get("status") != "rejected":
            for each in data["lines"]:
                back[data["sale_id"]][each["line"]] += each["quantity"]
    return back


def _given_back(lines: list[dict[str, Any]], paid: int, back: Counter[int]) -> int:
    """Of the points that paid for these lines, the share of what was paid for what came back, rounded down."""
    total = sum(line["amount"] for line in lines)
    refunded = sum(
        line["amount"] * min(back[number], line["quantity"]) // line["quantity"]
        for number, line in enumerate(lines)
        if line["quantity"] > 0
    )
    return paid * refunded // total if total > 0 else 0


def _others(model: Model, found: Found, verdict: Verdict) -> None:
    """Notes, returns and registrations that were not refused."""
    notes, returns = Counter(found.notes), Counter(found.returns)
    for kind, there in (
        ("note.add", notes.keys()),
        ("sale.return", returns.keys()),
        ("customer.register", found.customers.keys()),
    ):
        for key in _taken(model, kind):
            refused = found.receipts.get(key, {}).get("status") == "rejected"
            if key not in there and not refused:
                verdict.lost.append(f"{kind} {key}")
    more = notes + returns
    verdict.doubled += [f"note or return {key}" for key in more if key not in model.planned or more[key] > 1]


def _answer(planned: Planned, model: Model, found: Found) -> list[str]:
    """What is wrong with the receipt of a mutation."""
    key, kind = planned.mutation["id"], planned.mutation["kind"]
    receipt, told = found.receipts.get(key), model.told.get(key)
    shown = model.shown.get(key) if planned.in_browser else told
    if receipt is None or shown is None:
        return [f"{kind} {key} has no receipt" + ("" if receipt is None else " that its tablet knows of")]
    if shown != receipt["status"] if told is None else told.result != receipt:
        return [f"{kind} {key} was answered {shown} and is kept as {receipt}"]
    if receipt["status"] == "rejected":
        expected = receipt.get("code") == planned.rejection or _forgotten(planned, receipt, model)
        expected = expected or _kept_elsewhere(planned, receipt, model)
        return [] if expected else [f"{kind} {key} was rejected: {receipt.get('code')}, {receipt.get('message')}"]
    return _taken_rightly(planned, receipt, model)


def _taken_rightly(planned: Planned, receipt: Result, model: Model) -> list[str]:
    kind, status, flags = planned.mutation["kind"], receipt["status"], set(receipt.get("flags", ()))
    what = f"{kind} {receipt['id']}"
    if planned.rejection is not None:
        return [f"{what} was {status} and should have been rejected: {planned.rejection}"]
    if status == "conflict" and kind != "customer.edit":
        return [f"{what} is a conflict"]
    # A restore takes the sale away until its tablet hears of it; what comes back meanwhile names a sale unknown there.
    after_restore = {"unknown_sale"} if kind == "sale.return" and model.era else set()
    if not planned.flags <= flags <= planned.flags | planned.may_flags | after_restore:
        return [f"{what} has flags {sorted(flags)} and should have {sorted(planned.flags)}"]
    return []


def _forgotten(planned: Planned, receipt: Result, model: Model) -> bool:
    """Whether a restore can have taken her away whom this is about, until her tablet registered her again."""
    customer = planned.mutation["data"].get("customer_id")
    registered, unknown = customer in model.planned, receipt.get("code") == "unknown_customer"
    return bool(planned.may_be_unknown and unknown and registered and model.era)


def _kept_elsewhere(planned: Planned, receipt: Result, model: Model) -> bool:
    """Whether she may have got another home store, which keeps her number, before this edit of it arrived.

    A withdrawn tablet is told nobody's number.
    """
    data = planned.mutation["data"]
    edits = (each.mutation["data"] for each in model.planned.values() if each.mutation["kind"] == "customer.edit")
    moved = any("home_store" in each["changes"] for each in edits if each["customer_id"] == data.get("customer_id"))
    return (
        receipt.get("code") == "phone_of_another_store"
        and "phone" in data.get("changes", {})
        and (moved or planned.mutation["id"] in model.withdrawn)
    )


def _inbox(model: Model, found: Found) -> list[str]:
    """Every conflict of a receipt stands in the inbox with both values, and nothing else does."""
    wanted = Counter(
        _conflict(model.planned[key].mutation["data"]["customer_id"], name, each)
        for key, receipt in found.receipts.items()
        if key in model.planned
        for name, each in receipt.get("fields", {}).items()
    )
    there = Counter(_conflict(each["row_id"], each["field"], each) for each in found.conflicts)
    problems = [f"conflict {each} is not in the inbox" for each in (wanted - there).elements()]
    problems += [f"the inbox holds {each}, which no receipt tells" for each in (there - wanted).elements()]
    return problems + [f"conflict {each} about equal values" for each in wanted if each[4] in {each[2], each[3]}]


def _conflict(customer: str, name: str, values: dict[str, Any]) -> tuple[str, ...]:
    return (customer, name, *(repr(values[each]) for each in ("base", "yours", "server")))


def _chains(model: Model, found: Found) -> list[str]:
    """Each field's value came about by applied edits alone, one upon the other: none was overwritten unseen."""
    steps: dict[tuple[str, str], dict[Any, Any]] = defaultdict(dict)
    for key, planned in _taken(model, "customer.edit").items():
        receipt = found.receipts.get(key, {})
        if receipt.get("status") not in {"applied", "conflict"}:
            continue
        data = planned.mutation["data"]
        for name in set(data["changes"]) & set(EDITED) - set(receipt.get("fields", {})):
            change = data["changes"][name]
            steps[data["customer_id"], name][normal(name, change["from"])] = normal(name, change["to"])
    problems = []
    for (customer, name), ways in steps.items():
        value = normal(name, _first(customer, name, model))
        while value in ways:
            value = ways.pop(value)
        there = normal(name, found.customers.get(customer, {}).get(name))
        if ways or value != there:
            problems.append(f"{name} of {customer} is {there!r}; edits lead to {value!r} and leave {ways}")
    return problems


def _first(customer: str, name: str, model: Model) -> Any:
    registered = model.planned.get(customer)
    return registered.mutation["data"].get(name) if registered else model.first.get(customer, {}).get(name)


def normal(name: str, value: Any) -> Any:
    """A field's value as the server compares it."""
    if name == "phone" and isinstance(value, str) and value.startswith("0"):
        return f"+82{value[1:].replace('-', '')}"
    return unicodedata.normalize("NFC", value).strip() or None if isinstance(value, str) else value


def _differing(who: str, collection: str, rows: dict[str, Any], fresh: dict[str, Any]) -> Iterable[str]:
    """The rows that a tablet holds otherwise than a fresh copy; none when the checksums agree."""
    if checksum(rows.values()) == checksum(fresh.values()):
        return []
    return [
        f"{who}: {collection} {key} is {rows.get(key)} instead of {fresh.get(key)}"
        for key in sorted(rows.keys() | fresh.keys())
        if rows.get(key) != fresh.get(key)
    ]
