"""Why a server gives no reply, one class a reason.

All are `ModelLost`; those that a shorter conversation may mend are `TooLong`.
"""

from __future__ import annotations

from screenwright.tools.errors import ModelLost, TooLong


class Unreachable(ModelLost):
    """Nothing answers at this address: no such host, nothing listens, the connection breaks."""


class ConnectTimeout(Unreachable):
    """No connection within `Timeouts.connect_s`."""


class FirstTokenTimeout(ModelLost):
    """Connected, but no word of a reply within `Timeouts.first_token_s`."""


class StalledReply(ModelLost):
    """A reply began, then nothing more for `Timeouts.between_s`."""


class CutReply(ModelLost):
    """A reply began and the connection ended before the reply did, again and again."""


class WrongUrl(ModelLost):
    """Something answers at this address, but it does not speak /v1/chat/completions."""


class WrongKey(ModelLost):
    """The server wants another API key, or one at all."""


class UnknownModel(ModelLost):
    """The server has no model of this name; the message lists those that it has."""


class NoPictures(ModelLost):
    """The model, or the way it is served, takes no pictures."""


class QuotaSpent(ModelLost):
    """Nothing left to pay with; waiting does not help."""


class RateLimited(ModelLost):
    """Too many requests, for longer than is worth waiting."""


class ServerStarting(ModelLost):
    """The server is still loading its model, for longer than `Retries.starting_s`."""


class ServerFailed(ModelLost):
    """The server failed at the request (5xx) each time, or answered in no form that is known."""


class RequestRefused(ModelLost):
    """The server will not take the request (400, 422), and nothing optional was left to leave out."""


class TooManyPictures(TooLong):
    """More pictures in one request than the server takes."""


class PictureTooLarge(TooLong):
    """A picture is larger than the server takes; it is never shrunk here, since coordinates depend on it."""
