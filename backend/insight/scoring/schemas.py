"""What the edges take and give for models and scores."""

from __future__ import annotations

from marshmallow import fields, validate

from backend.core.schemas import Moment, Schema
from backend.insight.scoring.rules import ABSENCES, PROBLEMS

_STATES = ("waiting", "fitting", "scoring", "ready", "failed")
_AGAINST = ("few_outcomes", "loses_to_recency", "loses_to_mean", "miscalibrated", "little_history")


class InsightRunSchema(Schema):
    """A version, and how far its refresh is: `looked` of `members` were gone through, `scored` of them have a score.

    `released`: the horizons in days whose model is in use.
    """

    id = fields.String(required=True)
    version = fields.Integer(required=True)
    as_of = fields.Date(required=True)
    state = fields.String(required=True, validate=validate.OneOf(_STATES))
    problem = fields.String(required=True, allow_none=True, validate=validate.OneOf(PROBLEMS))
    started_at = Moment(required=True)
    ended_at = Moment(required=True, allow_none=True)
    members = fields.Integer(required=True)
    purchases = fields.Integer(required=True, metadata={"description": "Purchase days"})
    looked = fields.Integer(required=True)
    scored = fields.Integer(required=True)
    released = fields.List(fields.Integer(), required=True)


class BacktestDaySchema(Schema):
    """How a model would have done on a day of the past; what too few members leave open is null."""

    day = fields.Date(required=True)
    members = fields.Integer(required=True)
    returned = fields.Integer(required=True)
    auc = fields.Float(required=True, allow_none=True)
    floor = fields.Float(required=True, allow_none=True, metadata={"description": "AUC of most recent first"})
    brier = fields.Float(required=True, allow_none=True)
    brier_floor = fields.Float(required=True, allow_none=True, metadata={"description": "Brier score of the mean"})
    slope = fields.Float(required=True, allow_none=True)
    calibration_error = fields.Float(required=True, allow_none=True)


class BacktestMeanSchema(Schema):
    """The means over the days that tell something; null without any."""

    auc = fields.Float(required=True, allow_none=True)
    floor = fields.Float(required=True, allow_none=True)
    brier = fields.Float(required=True, allow_none=True)
    brier_floor = fields.Float(required=True, allow_none=True)
    slope = fields.Float(required=True, allow_none=True)
    calibration_error = fields.Float(required=True, allow_none=True)


class HorizonSchema(Schema):
    """The model of returns within so many days: whether it is in use, why not, and its back-test."""

    horizon = fields.Integer(required=True)
    released = fields.Boolean(required=True)
    reasons = fields.List(fields.String(validate=validate.OneOf(_AGAINST)), required=True)
    days = fields.List(fields.Nested(BacktestDaySchema), required=True)
    mean = fields.Nested(BacktestMeanSchema, required=True)


class BuyingModelSchema(Schema):
    """BG/NBD, of days: how often members buy, and how they leave."""

    r = fields.Float(required=True)
    alpha = fields.Float(required=True)
    a = fields.Float(required=True)
    b = fields.Float(required=True)


class SpendingModelSchema(Schema):
    """Gamma-Gamma: what they spend on a purchase day, in minor units."""

    p = fields.Float(required=True)
    q = fields.Float(required=True)
    gamma = fields.Float(required=True)


class InsightModelSchema(InsightRunSchema):
    """A version with what was fitted and how it was judged."""

    currency = fields.String(required=True, allow_none=True)
    buying = fields.Nested(BuyingModelSchema, required=True, allow_none=True)
    spending = fields.Nested(SpendingModelSchema, required=True, allow_none=True)
    horizons = fields.List(fields.Nested(HorizonSchema), required=True)


class InsightModelsSchema(Schema):
    """The version that the scores are of, the run that is under way, and the kept versions, the newest first."""

    current = fields.Nested(InsightModelSchema, required=True, allow_none=True)
    under_way = fields.Nested(InsightRunSchema, required=True, allow_none=True)
    items = fields.List(fields.Nested(InsightRunSchema), required=True)


class ScoreReasonSchema(Schema):
    """What moved her chance of return: `effect` in log odds, below 0 where a return gets less likely."""

    code = fields.String(required=True)
    effect = fields.Float(required=True)
    sentence = fields.String(required=True, metadata={"description": "In the reader's language"})


class ForecastSchema(Schema):
    """What is forecast of a member, or why nothing is (`absence`); chances are 0 to 1, money in minor units.

    `worth`: what she is expected to bring within a year; `stake`: what of it is lost if she does not return.
    """

    absence = fields.String(required=True, allow_none=True, validate=validate.OneOf(ABSENCES))
    as_of = fields.Date(required=True, allow_none=True)
    alive = fields.Float(required=True, allow_none=True)
    return_28 = fields.Float(required=True, allow_none=True)
    return_56 = fields.Float(required=True, allow_none=True)
    worth = fields.Integer(required=True, allow_none=True)
    stake = fields.Integer(required=True, allow_none=True)
    currency = fields.String(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ScoreReasonSchema), required=True)
