"""One tree of errors: a stable code, the docstring as the sentence people read, the data as attributes.

`backend.core.http` maps the tree to RFC 9457 problem documents in one place.
"""

from __future__ import annotations

from typing import ClassVar


class DangolError(Exception):
    """Something went wrong that Dangol has no better word for."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(self, detail: str | None = None, **data: object) -> None:
        self.detail = detail or (self.__doc__ or "").strip()
        self.data = data
        super().__init__(self.detail)


class ValidationFailed(DangolError):
    """Some of what was sent cannot be used; the fields are named below."""

    code = "validation_failed"
    status = 422

    def __init__(self, fields: dict[str, list[str]], detail: str | None = None) -> None:
        self.fields = fields
        named = "; ".join(f"{field}: {' '.join(texts)}" for field, texts in sorted(fields.items()))
        super().__init__(detail or f"Some of what was sent cannot be used. {named}")


class NotSignedIn(DangolError):
    """Sign in first."""

    code = "not_signed_in"
    status = 401


class SessionExpired(NotSignedIn):
    """The session has ended. Sign in again to read; what waits to be sent is still taken."""

    code = "session_expired"


class WrongCredentials(NotSignedIn):
    """This login and password do not belong together."""

    code = "wrong_credentials"


class Forbidden(DangolError):
    """Your role does not allow this."""

    code = "forbidden"
    status = 403


class CrossSite(DangolError):
    """The request came from another site and was not carried out."""

    code = "cross_site"
    status = 403


class NotFound(DangolError):
    """There is nothing here, or it is not yours to see."""

    code = "not_found"
    status = 404


class Conflict(DangolError):
    """This cannot be done in the present state."""

    code = "conflict"
    status = 409


class Gone(DangolError):
    """This is no longer kept."""

    code = "gone"
    status = 410


class TooLarge(DangolError):
    """The request is larger than this address takes."""

    code = "too_large"
    status = 413


class UpgradeRequired(DangolError):
    """This app is too old to read from the server. Update it; what waits to be sent is still taken."""

    code = "upgrade_required"
    status = 426


class Busy(DangolError):
    """The database is busy. Try again in a moment; nothing was changed."""

    code = "busy"
    status = 503


class SettingsError(DangolError):
    """The settings do not allow a safe start."""

    code = "settings"
