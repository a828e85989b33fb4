"""The doors: who is asking, on which tablet, and whether that is enough.

A person is known by the session cookie, a tablet by its token, which a script sends as `Authorization: Bearer` and a
browser as the cookie `dangol_device`. A cookie alone reads nothing: it needs a living session beside it. A bearer token
stands for whoever enrolled the tablet, for reading only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from flask import current_app, g, has_request_context, request, session
from flask_security import current_user

from backend.core import clock
from backend.core.audit import Actor
from backend.core.db import in_unit_of_work, run_in_unit_of_work
from backend.core.errors import Busy, Forbidden, NotSignedIn, SessionExpired
from backend.core.http import CLEAR_SITE_DATA, problem
from backend.organization import policies, tablets
from backend.organization.errors import DeviceRevoked
from backend.organization.models import Staff, StaffRole
from backend.organization.values import DeviceCaller, Person, Tablet, Viewer
from backend.settings import current_settings
from backend.sync.clock import epoch

if TYPE_CHECKING:
    from flask import Response

DEVICE_COOKIE = "dangol_device"
_DEVICE_COOKIE_PATH = "/api/v1"
# Browsers cap a cookie's life at 400 days; the cookie is renewed whenever the tablet is enrolled anew.
_DEVICE_COOKIE_SECONDS = 400 * 24 * 3600
_TABLETS = "dangol_tablets"
_VIEWER = "dangol_viewer"
_HIDDEN = "dangol_hidden_units"
_SIGNED_IN_AT = "dangol_signed_in_at"


def signed_in() -> Person | None:
    """The person of the living session, or None. A session ends so many hours after its sign-in, used or not."""
    if not current_user or not current_user.is_authenticated:
        return None
    return _person(current_user) if clock.now() <= session_ends() else None


def session_ends() -> datetime:
    """Until when the session of the browser that asks is good; long ago when it has none."""
    since = datetime.fromtimestamp(session.get(_SIGNED_IN_AT, 0), UTC)
    return since + timedelta(hours=current_settings().session_hours)


def date_session() -> None:
    """Write into the session that was just opened when that was."""
    session.permanent = True
    session[_SIGNED_IN_AT] = clock.now().timestamp()


def require_session() -> Staff:
    """The person of the living session, as the database holds them. Raises `NotSignedIn`."""
    if signed_in() is None:
        raise NotSignedIn
    staff: Staff = current_user._get_current_object()  # noqa: SLF001 - how a LocalProxy gives its object
    return staff


def require_staff(*roles: str) -> Person:
    """The person who asks. With `roles`, one of them is needed.

    Raises `NotSignedIn` without a living session (or, for reading, a bearer token), `Forbidden` for another role, and
    `DeviceRevoked` on a tablet that was withdrawn, whoever is signed in there.
    """
    person = signed_in() or _behind_bearer()
    if person is None:
        raise NotSignedIn
    _refuse_withdrawn()
    if roles and person.role not in roles:
        raise Forbidden
    return person


def require_store(*roles: str) -> str | None:
    """The id of the store whose matters the person with one of `roles` may look after; None for an admin, all.

    Raises as `require_staff`, and `Forbidden` for somebody without a store.
    """
    person = require_staff(*roles)
    if person.role == StaffRole.ADMIN:
        return None
    if person.store_id is None:
        raise Forbidden
    return person.store_id


def require_device(*, reading: bool, withdrawn_too: bool = False) -> DeviceCaller:
    """The tablet that calls, and the person at it where there is a living session.

    Raises `NotSignedIn` for a missing or unknown token, `SessionExpired` when a browser reads without a session,
    `DeviceRevoked` for a withdrawn tablet; with `withdrawn_too` for one that was withdrawn hard only.
    """
    token, via = _token()
    tablet = _find(token) if token else None
    if tablet is None:
        raise NotSignedIn
    if tablet.revoked_at is not None and (tablet.revoked_hard or not withdrawn_too):
        raise _withdrawn(tablet)
    person = signed_in() if via == "cookie" else None
    if reading and via == "cookie" and person is None:
        raise SessionExpired
    if reading and (person.role if person else tablet.staff_role) == StaffRole.MARKETER:
        raise Forbidden
    _note_seen(tablet)
    return DeviceCaller(device=tablet, staff=person, via=via)


def current_device() -> Tablet | None:
    """The tablet that the request comes from, if it is one and not withdrawn."""
    token, _ = _token()
    tablet = _find(token) if token else None
    return tablet if tablet is not None and tablet.revoked_at is None else None


def current_actor() -> Actor:
    """Who acts in this request, for the audit: the person and the tablet, as far as there are any."""
    person, tablet = signed_in() or _behind_bearer(), current_device()
    return Actor(staff_id=person.id if person else None, device_id=tablet.id if tablet else None)


def current_viewer() -> Viewer:
    """Through whose eyes the request looks at members. Outside a request it is the system, which sees all."""
    if not has_request_context():
        return Viewer()
    viewer: Viewer | None = g.get(_VIEWER)
    if viewer is None:
        viewer = _viewer()
        setattr(g, _VIEWER, viewer)
    return viewer


def hidden_units() -> frozenset[str]:
    """The business units that keep what is theirs from whoever asks; read once in a request."""
    if not has_request_context():
        return frozenset()
    hidden: frozenset[str] | None = g.get(_HIDDEN)
    if hidden is None:
        hidden = policies.hidden_from(current_viewer())
        setattr(g, _HIDDEN, hidden)
    return hidden


def look_as_system() -> None:
    """Have the rest of the request see what the system sees: it came from a machine or a member, not from staff."""
    setattr(g, _VIEWER, Viewer())
    setattr(g, _HIDDEN, frozenset())


def turn_away(error: DeviceRevoked) -> Response:
    """The answer to a withdrawn tablet. One withdrawn hard forgets all at once; others first hand in their work."""
    response = problem(error)
    if not error.accept_outbox:
        response.headers["Clear-Site-Data"] = CLEAR_SITE_DATA
    return response


def forget_browser(response: Response) -> Response:
    """Take back both cookies from a browser that is told to clear itself: not every browser knows the header."""
    if "Clear-Site-Data" in response.headers:
        session.clear()
        response.delete_cookie(DEVICE_COOKIE, path=_DEVICE_COOKIE_PATH, httponly=True, samesite="Strict")
    return response


def forget_caller(_error: BaseException | None) -> None:
    """At the end of a request: who called. Inside an outer app context (tests, commands) `g` outlives the request."""
    for name in (_TABLETS, _VIEWER, _HIDDEN, "_login_user"):
        g.pop(name, None)


def set_device_cookie(response: Response, token: str) -> None:
    """Leave a tablet's token in its browser, out of reach of scripts."""
    response.set_cookie(
        DEVICE_COOKIE,
        token,
        max_age=_DEVICE_COOKIE_SECONDS,
        path=_DEVICE_COOKIE_PATH,
        httponly=True,
        samesite="Strict",
        secure=not current_settings().demo,
    )


def _behind_bearer() -> Person | None:
    """Whoever enrolled the tablet whose bearer token a script reads with."""
    token, via = _token()
    if via != "bearer" or not token or request.method not in {"GET", "HEAD"}:
        return None
    tablet = _find(token)
    if tablet is None:
        return None
    if tablet.revoked_at is not None:
        raise _withdrawn(tablet)
    return tablet.person


def _withdrawn(tablet: Tablet) -> DeviceRevoked:
    return DeviceRevoked(accept_outbox=not tablet.revoked_hard, epoch=None if tablet.revoked_hard else epoch())


def _refuse_withdrawn() -> None:
    token, _ = _token()
    tablet = _find(token) if token else None
    if tablet is not None and tablet.revoked_at is not None:
        raise _withdrawn(tablet)


def _token() -> tuple[str | None, Literal["bearer", "cookie"]]:
    header = request.authorization
    if header is not None and header.type == "bearer":
        return header.token, "bearer"
    return request.cookies.get(DEVICE_COOKIE), "cookie"


def _find(token: str) -> Tablet | None:
    known: dict[str, Tablet | None] = g.setdefault(_TABLETS, {})
    if token not in known:
        known[token] = tablets.find(token)
    return known[token]


def _person(staff: Staff) -> Person:
    unit_id = staff.store.business_unit_id if staff.store else None
    return Person(
        id=staff.id,
        login=staff.login,
        name=staff.name,
        role=staff.role,
        store_id=staff.store_id,
        business_unit_id=unit_id,
    )


def _viewer() -> Viewer:
    """A tablet that nobody is signed in on hands in what its store's associates did."""
    person, tablet = signed_in() or _behind_bearer(), current_device()
    books = {f"store:{person.store_id}"} if person and person.store_id else set()
    if tablet is not None:
        books.add(tablet.scope)
    role = person.role if person else str(StaffRole.ASSOCIATE)
    unit_id = person.business_unit_id if person else None
    if unit_id is None and tablet is not None:
        unit_id = tablet.business_unit_id
    at_head_office = role == StaffRole.MARKETER and person is not None and person.store_id is None
    return Viewer(
        role=role,
        business_unit_id=unit_id,
        everywhere=role == StaffRole.ADMIN or at_head_office,
        books=frozenset(books),
    )


def _note_seen(tablet: Tablet) -> None:
    if in_unit_of_work() or not tablets.seen_long_ago(tablet):
        return
    try:
        run_in_unit_of_work(lambda: tablets.note_seen(tablet.id))
    except Busy:
        # When a tablet was last seen is nice to know; its work is what counts.
        current_app.logger.info("last_seen of tablet %s was left for later", tablet.id)
