"""Who may speak to the daemon on Telegram: a chat and a person, both on a list, each person in a role."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do: a viewer asks what is, a decider changes it."""

    VIEWER = "viewer"
    DECIDER = "decider"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person on the list.

    Attributes:
        number: Telegram's, which never changes.
        name: as the office calls them: it stands in messages and in the audit trail.
    """

    number: int
    name: str
    role: Role

    @property
    def actor(self) -> str:
        """How the audit trail, and a request, name who asked in a chat."""
        return f"telegram:{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The chats and people that are listened to."""

    chats: frozenset[int]
    users: Mapping[int, User]

    def speaker(self, chat: int, user: int | None) -> User | None:
        """Say who speaks; None for a stranger, or for somebody in a chat that is not on the list.

        Where no users are listed, the owner of a listed private chat, which bears the owner's number, decides.
        """
        if chat not in self.chats or user is None:
            return None
        if not self.users and chat == user:
            return User(number=user, name=str(user), role=Role.DECIDER)
        return self.users.get(user)

    @property
    def viewing(self) -> frozenset[int]:
        """The private chats of viewers, in which nobody may decide."""
        return frozenset(user.number for user in self.users.values() if user.role is Role.VIEWER) & self.chats


def users_of(text: str) -> tuple[User, ...]:
    """Read a list such as `anna=123456789, bert=987654321:viewer`; without a role somebody decides.

    Raises:
        ValueError: it is written otherwise, or somebody stands in it twice.
    """
    users = tuple(map(_user_of, filter(None, (part.strip() for part in text.replace("\n", ",").split(",")))))
    if len({user.number for user in users}) < len(users) or len({user.name for user in users}) < len(users):
        raise ValueError("somebody stands in it twice")
    return users


def _user_of(text: str) -> User:
    name, equals, rest = (part.strip() for part in text.partition("="))
    number, _, role = (part.strip() for part in rest.partition(":"))
    is_name = name.isprintable() and 0 < len(name) <= _LONGEST_NAME and ":" not in name
    if not equals or not is_name or not number.isascii() or not number.isdigit() or int(number) == 0:
        raise ValueError("must be written like anna=123456789, bert=987654321:viewer")
    if role not in {"", *Role}:
        raise ValueError("a role is decider or viewer, such as bert=987654321:viewer")
    return User(number=int(number), name=name, role=Role(role or Role.DECIDER))


_LONGEST_NAME = 40
