"""What the daemon stands on: the rules that were set, the reader and its fence, Telegram."""

from agent.adapters.reading import bubblewrap, fence, heic
from agent.adapters.reading.tools import check_tools
from agent.app import build_outward, scratch_of
from agent.config import Settings
from agent.domain.decision import Policy
from agent.domain.formats import in_words
from agent.errors import NotifierUnavailable
from agent.health.finding import Finding, Level
from agent.health.hearing import silence, silence_words

NAME_POLICY_WARNING = "policy name: a stranger who shares a registered person's name is filed as that person"
NAME_POLICY_HINT = "Unless you have a reason, set DOSSIERD_POLICY=two-identifiers"

_FENCE_HINT = (
    "Use a kernel with Landlock (5.13 or newer, switched on) and: sudo apt install libseccomp2. "
    "Or: sudo apt install bubblewrap, and set DOSSIERD_READER_FENCE=bubblewrap"
)


def rules(settings: Settings) -> Finding:
    if settings.policy is Policy.NAME:
        return Finding(part="rules", level=Level.NOTICE, sentence=NAME_POLICY_WARNING, hint=NAME_POLICY_HINT)
    return Finding(part="rules", level=Level.GOOD, sentence=f"policy {settings.policy}, mode {settings.mode}")


def reader(settings: Settings) -> Finding:
    check_tools(settings.ocr_languages)
    return Finding(part="ocr", level=Level.GOOD, sentence=f"tesseract reads {settings.ocr_languages}")


def formats(_settings: Settings) -> Finding:
    """Which kinds of files are taken in; without HEIC, all is well too."""
    without = "" if heic.is_installed() else "; HEIC, of telephones, only with pillow-heif (see README.md)"
    sentence = f"{in_words(heic.accepted_formats())} are taken{without}"
    return Finding(part="formats", level=Level.GOOD, sentence=sentence)


def fence_of_readers(settings: Settings) -> Finding:
    """What keeps those who read documents from the rest of the machine."""
    planned = fence.plan(settings.reader_fence, scratch_of(settings))
    fence.refuse_gap(planned)
    if planned.mode == "bubblewrap":
        bubblewrap.find()
    strength = fence.strength(settings.reader_fence)
    if strength.is_whole:
        return Finding(part="fence", level=Level.GOOD, sentence=f"readers are behind {strength}")
    if settings.reader_fence == "off":
        sentence, hint = "switched off: a harmful PDF could read all files", "Set DOSSIERD_READER_FENCE=auto"
    else:
        sentence = f"not whole ({strength}): a harmful PDF could read files, or reach the network"
        hint = _FENCE_HINT
    return Finding(part="fence", level=Level.NOTICE, sentence=sentence, hint=hint)


def telegram(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding(
            part="telegram",
            level=Level.NOTICE,
            sentence="off: questions wait in `dossierd pending`",
            hint="To be asked on the telephone, see docs/telegram.md",
        )
    from agent.adapters.telegram.client import TelegramNotifier

    notifier = TelegramNotifier(
        settings.telegram_token.get_secret_value(),
        settings.telegram_chats,
        str(settings.telegram_api_url).rstrip("/"),
    )
    unheard = silence(settings)
    try:
        name = notifier.check()
    except NotifierUnavailable as error:
        if unheard is None:
            raise
        words = silence_words(unheard, settings)
        return Finding(part="telegram", level=Level.BAD, sentence=words, hint=unheard.hint or error.hint)
    finally:
        notifier.close()
    if unheard is not None:
        return Finding(
            part="telegram",
            level=Level.BAD,
            sentence=f"@{name} answers here, but not the daemon. {silence_words(unheard, settings)}",
            hint=unheard.hint,
        )
    return Finding(part="telegram", level=Level.GOOD, sentence=f"@{name} answers")


def addresses(settings: Settings) -> Finding:
    """Where trouble is told besides; what they are, and nothing of a secret."""
    outward = build_outward(settings)
    services = () if outward is None else outward.services()
    sentence = f"{len(services)} told of trouble: {', '.join(services)}" if services else "no further address"
    return Finding(part="notify", level=Level.GOOD, sentence=sentence)
