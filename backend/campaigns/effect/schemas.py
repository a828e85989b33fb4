"""What the addresses of a campaign's effect take and give."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.schemas import MAX_MINOR, Moment, Schema

STAGES = ("exposed", "delivered", "clicked", "visited", "bought", "redeemed", "satisfied")
_MOST_DAYS = 366


class SaidSchema(Schema):
    """A sentence for people."""

    ko = fields.String(required=True)
    en = fields.String(required=True)


class EstimateSchema(Schema):
    """A difference (or what follows from one) with its interval; without one a `reason`, and `said` says it.

    `value`, `low` and `high` are null where it is not computable: never 0 in its place. Shares are fractions of 1.
    """

    computable = fields.Boolean(required=True)
    # A code: no_holdout, too_few, no_sales_before, window_open, …
    reason = fields.String(required=True, allow_none=True)
    value = fields.Float(required=True, allow_none=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)
    # 0.95
    level = fields.Float(required=True)
    # newcombe or welch; scaled: what another one comes to for everybody treated.
    method = fields.String(required=True, allow_none=True)
    # Whether the whole interval lies on one side of zero.
    clear = fields.Boolean(required=True)
    said = fields.Nested(SaidSchema, required=True)


class EffectCampaignSchema(Schema):
    """The campaign, and the window in which purchases are looked at; `over`: the window of every member is over."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True)
    state = fields.String(required=True)
    currency = fields.String(required=True)
    window_days = fields.Integer(required=True)
    from_at = Moment(required=True, allow_none=True)
    until_at = Moment(required=True, allow_none=True)
    over = fields.Boolean(required=True)
    # entered day by day
    triggered = fields.Boolean(required=True)


class EffectStageSchema(Schema):
    """How many of those treated came so far, and their share; null where it cannot be known, with a reason."""

    # exposed, delivered, clicked, visited, bought, redeemed, satisfied
    stage = fields.String(required=True, validate=validate.OneOf(STAGES))
    members = fields.Integer(required=True, allow_none=True)
    share = fields.Float(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class EffectArmSchema(Schema):
    """What one arm bought within the window, whatever reached whom; money net of returns, in minor units.

    For a past campaign: `treated` (sent) and `others` (members of the same source that were not).
    """

    arm = fields.String(required=True)
    members = fields.Integer(required=True)
    buyers = fields.Integer(required=True)
    share = fields.Float(required=True, allow_none=True)
    sales = fields.Integer(required=True)
    net = fields.Integer(required=True)
    mean = fields.Float(required=True, allow_none=True)


class LeftOutSchema(Schema):
    """Sales of an arm in another currency: purchases, but in no amount."""

    arm = fields.String(required=True)
    currency = fields.String(required=True)
    sales = fields.Integer(required=True)
    net = fields.Integer(required=True)


class EffectLiftSchema(Schema):
    """Treated less held out: share who bought, mean net spend a member; and what it comes to for all treated.

    `caution`: a code where the interval may be too narrow (heavy_tail: few purchases decide it).
    """

    share = fields.Nested(EstimateSchema, required=True)
    spend = fields.Nested(EstimateSchema, required=True)
    buyers = fields.Nested(EstimateSchema, required=True)
    amount = fields.Nested(EstimateSchema, required=True)
    caution = fields.String(required=True, allow_none=True)


class EffectGroupSchema(Schema):
    """One variant, grade, store or member of the staff: its members against the held out ones of its own.

    A variant's are compared with all who are held out; of staff there is no comparison (whom they would have called
    among the held out is unknown). `holds`: clear also when all groups' comparisons are taken together (Bonferroni).
    """

    key = fields.String(required=True, allow_none=True)
    name = fields.String(required=True, allow_none=True)
    treated = fields.Nested(EffectArmSchema, required=True)
    held_out = fields.Nested(EffectArmSchema, required=True, allow_none=True)
    share = fields.Nested(EstimateSchema, required=True)
    spend = fields.Nested(EstimateSchema, required=True)
    holds = fields.Boolean(required=True)


class EffectPairSchema(Schema):
    """Variant `first` less variant `second`."""

    first = fields.String(required=True)
    second = fields.String(required=True)
    share = fields.Nested(EstimateSchema, required=True)
    spend = fields.Nested(EstimateSchema, required=True)
    holds = fields.Boolean(required=True)


class EffectGroupsSchema(Schema):
    """Groups of one kind (`variant`, `grade`, `store`, `staff`), and how to read several comparisons."""

    kind = fields.String(required=True)
    comparisons = fields.Integer(required=True)
    note = fields.Nested(SaidSchema, required=True)
    items = fields.List(fields.Nested(EffectGroupSchema), required=True)
    pairs = fields.List(fields.Nested(EffectPairSchema), required=True)


class EffectRefusalsSchema(Schema):
    """Members who refused or withdrew marketing within the window, by arm and per thousand, and the difference."""

    treated = fields.Integer(required=True)
    treated_per_thousand = fields.Float(required=True, allow_none=True)
    held_out = fields.Integer(required=True)
    held_out_per_thousand = fields.Float(required=True, allow_none=True)
    difference = fields.Nested(EstimateSchema, required=True)
    # Through the links in this campaign's texts; null where nobody counts them.
    by_link = fields.Integer(required=True, allow_none=True)


class EffectCostSchema(Schema):
    """What one sort of thing cost, in millionths of the main unit of `currency`; null where its price is unknown.

    `what`: texts, or coupons (what they took off).
    """

    what = fields.String(required=True)
    units = fields.Integer(required=True)
    micros = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)


class EffectReturnSchema(Schema):
    """What the campaign brought less what it cost, in minor units of its currency, and for each unit that it cost.

    Of revenue, or of `margin` percent of it where one was asked for; `cost` is in minor units, coupons' left out: what
    they took off is off the revenue already.
    """

    margin = fields.Float(required=True, allow_none=True)
    cost = fields.Float(required=True, allow_none=True)
    gain = fields.Nested(EstimateSchema, required=True)
    ratio = fields.Nested(EstimateSchema, required=True)


class SatisfactionSchema(Schema):
    """Answers of those treated to the campaign's questions or its events'; `mean` is of 1 to 5."""

    asked = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    satisfied = fields.Integer(required=True)
    mean = fields.Float(required=True, allow_none=True)


class DifferencesSchema(Schema):
    """Of a campaign that left nobody out at random: sent against not sent, in the window against one as long before.

    `placebo_…`: the same of the two windows before it began, where nothing can have come of it.
    """

    sent = fields.Integer(required=True)
    others = fields.Integer(required=True)
    share = fields.Nested(EstimateSchema, required=True)
    spend = fields.Nested(EstimateSchema, required=True)
    placebo_share = fields.Nested(EstimateSchema, required=True)
    placebo_spend = fields.Nested(EstimateSchema, required=True)


class EffectSchema(Schema):
    """What a campaign brought.

    `basis`: holdout (a measured effect), differences (no measured effect: compared with members who were not sent it),
    or none (nothing to compare with). `said`: it in a sentence or two.
    """

    campaign = fields.Nested(EffectCampaignSchema, required=True)
    basis = fields.String(required=True, validate=validate.OneOf(["holdout", "differences", "none"]))
    said = fields.Nested(SaidSchema, required=True)
    notes = fields.List(fields.Nested(SaidSchema), required=True)
    stages = fields.List(fields.Nested(EffectStageSchema), required=True)
    satisfaction = fields.Nested(SatisfactionSchema, required=True)
    arms = fields.List(fields.Nested(EffectArmSchema), required=True)
    left_out = fields.List(fields.Nested(LeftOutSchema), required=True)
    lift = fields.Nested(EffectLiftSchema, required=True)
    differences = fields.Nested(DifferencesSchema, required=True, allow_none=True)
    refusals = fields.Nested(EffectRefusalsSchema, required=True)
    costs = fields.List(fields.Nested(EffectCostSchema), required=True)
    returned = fields.Nested(EffectReturnSchema, required=True)
    groups = fields.List(fields.Nested(EffectGroupsSchema), required=True)


class EffectArgs(Schema):
    """How to work out the return: of revenue, or of `margin` percent of it."""

    margin = fields.Float(load_default=None, validate=validate.Range(min=0, max=100))


class EffectListArgs(Schema):
    """A page of campaigns; few, as each is worked out."""

    limit = fields.Integer(load_default=10, validate=validate.Range(min=1, max=20))
    after = fields.String(load_default=None)
    kind = fields.String(load_default=None, validate=validate.OneOf(["text", "call", "past"]))


class EffectLineSchema(Schema):
    """One campaign of the comparison: key figures, and those of its lift or, for past ones, of the differences."""

    campaign = fields.Nested(EffectCampaignSchema, required=True)
    basis = fields.String(required=True)
    treated = fields.Integer(required=True)
    held_out = fields.Integer(required=True)
    bought = fields.Integer(required=True)
    bought_share = fields.Float(required=True, allow_none=True)
    # None where nothing could be redeemed.
    redeemed = fields.Integer(required=True, allow_none=True)
    redeemed_share = fields.Float(required=True, allow_none=True)
    net = fields.Integer(required=True)
    share = fields.Nested(EstimateSchema, required=True)
    spend = fields.Nested(EstimateSchema, required=True)


class EffectPage(Schema):
    """A page of the comparison, the latest campaign first."""

    items = fields.List(fields.Nested(EffectLineSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class AdviceArgs(Schema):
    """What to ask for instead of what the draft says.

    `holdout` in hundredths of a percent; `window_days`; `share`: the lift to see, in percentage points of those who
    buy; `spend`: the same in minor units of net spend a member.
    """

    holdout = fields.Integer(load_default=None, validate=validate.Range(min=0, max=9_000))
    window_days = fields.Integer(load_default=None, validate=validate.Range(min=1, max=_MOST_DAYS))
    share = fields.Float(load_default=None, validate=validate.Range(min=0, min_inclusive=False, max=100))
    spend = fields.Float(load_default=None, validate=validate.Range(min=0, min_inclusive=False, max=MAX_MINOR))


class SmallestLiftSchema(Schema):
    """The smallest lift that 80 of 100 such campaigns would show; null with a reason. `share` is a fraction of 1.

    `holdout_…`: the share to hold out, in hundredths of a percent, for the lift that was asked for.
    """

    share = fields.Float(required=True, allow_none=True)
    spend = fields.Float(required=True, allow_none=True)
    holdout_for_share = fields.Integer(required=True, allow_none=True)
    holdout_for_spend = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class AdviceSchema(Schema):
    """What could be seen of a campaign to this audience, by what its members bought in the last window."""

    audience = fields.Integer(required=True)
    treated = fields.Integer(required=True)
    held_out = fields.Integer(required=True)
    holdout = fields.Integer(required=True)
    window_days = fields.Integer(required=True)
    currency = fields.String(required=True)
    # Of the audience, in the window_days before now.
    base_share = fields.Float(required=True, allow_none=True)
    base_mean = fields.Float(required=True, allow_none=True)
    base_deviation = fields.Float(required=True, allow_none=True)
    power = fields.Float(required=True)
    smallest = fields.Nested(SmallestLiftSchema, required=True)
    said = fields.Nested(SaidSchema, required=True)
