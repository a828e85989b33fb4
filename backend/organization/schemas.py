"""What the organisation's addresses take and give."""

from __future__ import annotations

import marshmallow
from marshmallow import fields, validate

from backend.core.schemas import Moment, Schema, Text
from backend.organization import rules
from backend.organization.models import StaffRole
from backend.organization.values import ScopeKind

_ROLES = validate.OneOf([str(role) for role in StaffRole])


class DemoSignInSchema(Schema):
    """A sign-in that a demo shows."""

    login = fields.String(required=True)
    password = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True)
    store = fields.String(required=True, allow_none=True)
    store_name = fields.String(required=True, allow_none=True)
    store_name_latin = fields.String(required=True, allow_none=True)


class AboutSchema(Schema):
    """What runs here. `demo_sign_ins` is empty outside demo mode."""

    name = fields.String(required=True)
    version = fields.String(required=True)
    demo = fields.Boolean(required=True)
    simulator = fields.Boolean(required=True)
    schema = fields.Integer(required=True, metadata={"description": "Version of the tablet's collections"})
    languages = fields.List(fields.String(), required=True)
    demo_sign_ins = fields.List(fields.Nested(DemoSignInSchema), required=True)


class BusinessUnitSchema(Schema):
    """A business unit, with what its advertising texts must say."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    name_latin = fields.String(required=True, allow_none=True)
    sender_name = fields.String(required=True, allow_none=True)
    contact = fields.String(required=True, allow_none=True)
    refusal_number = fields.String(required=True, allow_none=True)
    shares = fields.String(
        required=True,
        validate=validate.OneOf(rules.SHARES),
        metadata={"description": "What the people of other units see of it: `all`, or its `own` stays its own"},
    )
    existing_customers = fields.Boolean(
        required=True,
        metadata={"description": "Whether it writes to its customers of the last six months without a consent"},
    )
    applying = fields.Boolean(
        required=True, metadata={"description": "Whether the tablets' facts are being worked out for a new policy"}
    )


class UnitPolicySchema(Schema):
    """What is to be set for a business unit; what is left out stays as it is."""

    shares = fields.String(
        validate=validate.OneOf(rules.SHARES), metadata={"description": "What the people of other units see of it"}
    )
    existing_customers = fields.Boolean(
        truthy={True},
        falsy={False},
        metadata={"description": "Whether it writes to its customers of the last six months without a consent"},
    )

    @marshmallow.validates_schema
    def _sets_something(self, data: dict[str, object], **_options: object) -> None:
        if not data:
            raise marshmallow.ValidationError({"shares": ["Say what is to be set."]})


class SessionStoreSchema(Schema):
    """A store, as far as a screen needs it all the time; `business_unit` is the unit's code."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    business_unit = fields.String(required=True, attribute="business_unit.code")
    time_zone = fields.String(required=True)
    currency = fields.String(required=True)


class StoreSchema(SessionStoreSchema):
    """A store."""

    name_latin = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class NewStoreSchema(Schema):
    """A store to add; `business_unit` is the unit's code, `time_zone` an IANA name, `currency` ISO 4217."""

    code = Text(required=True, max_length=40)
    name = Text(required=True, max_length=120)
    name_latin = Text(max_length=120, load_default=None, blank=True)
    business_unit = Text(required=True, max_length=40)
    time_zone = Text(max_length=60, load_default="Asia/Seoul")
    currency = Text(max_length=3, load_default="KRW")
    phone = Text(max_length=40, load_default=None, blank=True)


class StaffSchema(Schema):
    """A staff member; `store` is a store's code, null at head office."""

    id = fields.String(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=_ROLES)
    language = fields.String(required=True)
    store = fields.Function(
        lambda staff: staff.store.code if staff.store else None, metadata={"type": ["string", "null"]}
    )
    active = fields.Boolean(required=True)


class NewStaffSchema(Schema):
    """A staff member to add; associates and managers need a store."""

    login = Text(required=True, max_length=60)
    name = Text(required=True, max_length=120)
    role = fields.String(required=True, validate=_ROLES)
    password = fields.String(
        required=True,
        load_only=True,
        validate=validate.Length(min=rules.PASSWORD_LENGTH_MIN, max=rules.PASSWORD_LENGTH_MAX),
    )
    store = Text(max_length=40, load_default=None, blank=True)
    language = fields.String(load_default="ko", validate=validate.OneOf(rules.LANGUAGES))


class SignInSchema(Schema):
    """Who signs in."""

    login = fields.String(required=True, validate=validate.Length(min=1, max=200))
    password = fields.String(required=True, load_only=True, validate=validate.Length(min=1, max=1000))


class SessionStaffSchema(Schema):
    """The signed-in person, with the store in full."""

    id = fields.String(required=True)
    login = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=_ROLES)
    language = fields.String(required=True)
    store = fields.Nested(SessionStoreSchema, required=True, allow_none=True)


class SessionTabletSchema(Schema):
    """The tablet that the browser is; `store` is the store's code."""

    id = fields.String(required=True)
    store = fields.String(required=True, attribute="store_code")
    scope = fields.String(required=True)


class SessionSchema(Schema):
    """Who is signed in, on which tablet."""

    staff = fields.Nested(SessionStaffSchema, required=True)
    tablet = fields.Nested(SessionTabletSchema, required=True, allow_none=True)
    demo = fields.Boolean(required=True)


class TabletSchema(Schema):
    """An enrolled tablet."""

    id = fields.String(required=True)
    label = fields.String(required=True, allow_none=True)
    store = fields.String(required=True, attribute="store.code")
    staff = fields.String(required=True, attribute="staff.login")
    scope = fields.String(required=True)
    scope_reason = fields.String(required=True, allow_none=True)
    enrolled_at = Moment(required=True)
    last_seen_at = Moment(required=True, allow_none=True)
    revoked_at = Moment(required=True, allow_none=True)
    revoked_hard = fields.Boolean(
        required=True, metadata={"description": "Withdrawn with what waits on it: that is not taken either"}
    )
    revoked_reason = fields.String(required=True, allow_none=True)
    state = fields.Function(
        lambda device: rules.tablet_state(revoked=device.revoked_at is not None, hard=device.revoked_hard),
        metadata={"type": "string", "enum": list(rules.TABLET_STATES)},
    )


class RevokeSchema(Schema):
    """How a tablet is withdrawn: `hard` when it is lost or stolen, so that nothing from it is taken any more."""

    hard = fields.Boolean(load_default=False)
    reason = Text(max_length=400, load_default=None, blank=True)


class CodeWishSchema(Schema):
    """For whom and where a tablet is to be enrolled; beyond the store's customers a reason is needed."""

    store = Text(required=True, max_length=40)
    staff = Text(required=True, max_length=60)
    scope = fields.String(
        load_default=ScopeKind.STORE.value, validate=validate.OneOf([kind.value for kind in ScopeKind])
    )
    reason = Text(max_length=400, load_default=None, blank=True)


class FreshCodeSchema(Schema):
    """A one-time code; it is shown this once."""

    code = fields.String(required=True)
    expires_at = Moment(required=True)


class EnrolSchema(Schema):
    """A code as somebody types it, and what the tablet is to be called."""

    code = fields.String(required=True, validate=validate.Length(min=1, max=40))
    label = Text(max_length=80, load_default=None, blank=True)


class EnrolledSchema(Schema):
    """A tablet just enrolled; the token is shown this once."""

    device_id = fields.String(required=True)
    token = fields.String(required=True)
    store = fields.String(required=True)
    scope = fields.String(required=True)


def page_of(schema: type[Schema]) -> type[marshmallow.Schema]:
    """The schema of one page of a list: `items`, and `next`, the `after` of the next page or null."""
    return Schema.from_dict(
        {
            "items": fields.List(fields.Nested(schema), required=True),
            "next": fields.String(required=True, allow_none=True),
        },
        name=schema.__name__.replace("Schema", "PageSchema"),
    )
