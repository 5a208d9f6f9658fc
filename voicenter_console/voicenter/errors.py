"""What can go wrong between the console and Voicenter's cloud.

    VoicenterError
    ├── Unreachable            no answer came; `sent` tells whether the request may have arrived
    │   └── LeftAlone          not asked, as the last requests had no answer
    ├── LineLost               the line of events broke, or could not be had
    ├── Garbled                a message or an answer that cannot be read
    └── Refused                read, understood and refused; `code` and `words` are theirs
        ├── LimitExceeded      call log 1      wait, then ask again
        ├── NotAuthorised      call log 2, active calls 1, login 2: stop, tell the manager
        ├── TooMuch            call log 3      halve the window
        ├── AddressNotTrusted  call log 4      stop, tell the manager the address
        ├── OutOfRange         call log 5      the window itself is wrong
        ├── BadRequest         click2call 1, login 3
        ├── ApplicationError   click2call 2, dialer 3, active calls 2
        ├── Offline            click2call 3    the extension's representative is offline
        ├── Blocked            click2call 4    the extension may not use click to call
        ├── UnknownCampaign    dialer 1
        ├── BadTarget          dialer 2, -2    no number to dial, or a field is missing
        ├── BadCallerId        dialer 4
        ├── LoginRefused       login 4         `detail` says why
        │   ├── ExtensionInUse     4.4         somebody else is logged in there
        │   └── AlreadyLoggedIn    4.5         with another extension
        └── InitiationRefused  login 5         `detail` says why

`str()` of each is one English sentence that never holds the account's code; a page
translates by class.
"""


class VoicenterError(Exception):
    """Anything that keeps a conversation with Voicenter from succeeding."""


class Unreachable(VoicenterError):
    """No answer. With `sent` true the request may have arrived, so what it asks may have happened."""

    def __init__(self, reason: str, *, sent: bool):
        self.reason = reason
        self.sent = sent
        doubt = "it may have received the request" if sent else "it has not received the request"
        super().__init__(f"Voicenter did not answer ({reason}); {doubt}.")


class LeftAlone(Unreachable):
    """Not asked at all, as the last requests had no answer; in `seconds` it is tried again (FAULTS F-42)."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        super().__init__(f"it did not answer before, and is tried again in {seconds:.0f} s", sent=False)


class LineLost(VoicenterError):
    """The line of events to a monitor is gone; `reason` in plain words, without token or address.

    `refused` tells that the monitor did not accept the token.
    """

    def __init__(self, reason: str, *, refused: bool = False):
        self.reason = reason
        self.refused = refused
        super().__init__(f"The line of live events broke: {reason}.")


class Garbled(VoicenterError):
    """Bytes that are no message: `reason` in plain words, `at` the offset in bytes where it is known."""

    def __init__(self, reason: str, *, at: int | None = None):
        self.reason = reason
        self.at = at
        where = "" if at is None else f" at byte {at}"
        super().__init__(f"The message cannot be read: {reason}{where}.")


class Refused(VoicenterError):
    """Voicenter read the request and said no: `code` and `words` as it said them."""

    sentence = "Voicenter refused the request"

    def __init__(self, code: int, words: str = ""):
        self.code = code
        self.words = words
        said = f"{words!r}, code {code}" if words else f"code {code}"
        super().__init__(f"{self.sentence} ({said}).")


class LimitExceeded(Refused):
    """Too many requests (PROTOCOL S3, S4: 30 a minute). `retry_after` is in seconds, where it was said."""

    sentence = "Voicenter takes no more requests for now"

    def __init__(self, code: int = 1, words: str = "", *, retry_after: float | None = None):
        self.retry_after = retry_after
        super().__init__(code, words)


class NotAuthorised(Refused):
    """The account's code is wrong or lacks the right."""

    sentence = "Voicenter does not accept the account's code"


class TooMuch(Refused):
    """The window holds more calls than one answer may."""

    sentence = "Voicenter holds too many calls in this span for one answer"


class AddressNotTrusted(Refused):
    """The console's address is not on the account's list; `address` is the one Voicenter saw, or ''."""

    sentence = "Voicenter does not trust the address this console calls from"

    def __init__(self, code: int = 4, words: str = "", *, address: str = ""):
        self.address = address
        super().__init__(code, words)


class OutOfRange(Refused):
    """The span of time asked for is not one Voicenter answers."""

    sentence = "Voicenter does not answer for this span of time"


class BadRequest(Refused):
    """Parameters that Voicenter calls invalid."""

    sentence = "Voicenter calls the request's parameters invalid"


class ApplicationError(Refused):
    """Voicenter failed inside."""

    sentence = "Voicenter had an error of its own"


class Offline(Refused):
    """The extension's representative is offline."""

    sentence = "The extension is offline"


class Blocked(Refused):
    """The extension is blocked for click to call."""

    sentence = "The extension is blocked for click to call"


class UnknownCampaign(Refused):
    """No campaign of the account has this code."""

    sentence = "Voicenter knows no campaign of this code"


class BadTarget(Refused):
    """The number to be dialled is none, or a field is missing: the vendor's lists differ (PROTOCOL S7)."""

    sentence = "Voicenter does not accept the number to be dialled"


class BadCallerId(Refused):
    """The number to be shown is not one of the account's."""

    sentence = "Voicenter does not accept the number to be shown"


class LoginRefused(Refused):
    """The agent's status was not changed; `detail` is the number of the login error (PROTOCOL S11), or 0."""

    sentence = "Voicenter did not change the agent's status"

    def __init__(self, code: int = 4, words: str = "", *, detail: int = 0):
        self.detail = detail
        super().__init__(code, words)


class ExtensionInUse(LoginRefused):
    """Somebody else is logged in at this extension."""

    sentence = "The extension is already in use"


class AlreadyLoggedIn(LoginRefused):
    """The agent is logged in at another extension."""

    sentence = "The agent is already logged in with a different extension"


class InitiationRefused(Refused):
    """The login could not begin; `detail` is the number of the initiation error (PROTOCOL S11), or 0."""

    sentence = "Voicenter could not begin the login"

    def __init__(self, code: int = 5, words: str = "", *, detail: int = 0):
        self.detail = detail
        super().__init__(code, words)
