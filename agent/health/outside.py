"""What the daemon stands on: the rules that were set, the reader and its fence, Telegram."""

from agent.adapters.reading import bubblewrap, fence, heic
from agent.adapters.reading.tools import check_tools
from agent.app import build_outward
from agent.config import Settings
from agent.domain.decision import Policy
from agent.domain.formats import listing
from agent.domain.phrase import Phrase, listed, plain
from agent.errors import NotifierUnavailable
from agent.health.finding import Finding, Level
from agent.health.hearing import silence, silence_phrase
from agent.readers import scratch_of

NAME_POLICY_WARNING = Phrase(
    "policy name: a stranger who shares a registered person's name is filed as that person"
)
NAME_POLICY_HINT = Phrase("Unless you have a reason, set DOSSIERD_POLICY=two-identifiers")

_FENCE_HINT = Phrase(
    "Use a kernel with Landlock (5.13 or newer, switched on) and: sudo apt install libseccomp2. "
    "Or: sudo apt install bubblewrap, and set DOSSIERD_READER_FENCE=bubblewrap"
)


def rules(settings: Settings) -> Finding:
    if settings.policy is Policy.NAME:
        return Finding(part="rules", level=Level.NOTICE, said=NAME_POLICY_WARNING, advice=NAME_POLICY_HINT)
    said = Phrase("policy {policy}, mode {mode}", policy=settings.policy, mode=settings.mode)
    return Finding(part="rules", level=Level.GOOD, said=said)


def reader(settings: Settings) -> Finding:
    check_tools(settings.ocr_languages)
    said = Phrase("tesseract reads {languages}", languages=settings.ocr_languages)
    return Finding(part="ocr", level=Level.GOOD, said=said)


def formats(_settings: Settings) -> Finding:
    """Which kinds of files are taken in; without HEIC, all is well too."""
    said = Phrase("{formats} are taken", formats=listing(heic.accepted_formats()))
    if not heic.is_installed():
        said = listed(said, Phrase("HEIC, of telephones, only with pillow-heif (see README.md)"))
    return Finding(part="formats", level=Level.GOOD, said=said)


def fence_of_readers(settings: Settings) -> Finding:
    """What keeps those who read documents from the rest of the machine."""
    planned = fence.plan(settings.reader_fence, scratch_of(settings))
    fence.refuse_gap(planned)
    if planned.mode == "bubblewrap":
        bubblewrap.find()
    strength = fence.strength(settings.reader_fence)
    if strength.is_whole:
        said = Phrase("readers are behind {strength}", strength=strength)
        return Finding(part="fence", level=Level.GOOD, said=said)
    if settings.reader_fence == "off":
        said = Phrase("switched off: a harmful PDF could read all files")
        advice = Phrase("Set DOSSIERD_READER_FENCE=auto")
    else:
        said = Phrase(
            "not whole ({strength}): a harmful PDF could read files, or reach the network",
            strength=strength if any(strength.parts().values()) else Phrase("none"),
        )
        advice = _FENCE_HINT
    return Finding(part="fence", level=Level.NOTICE, said=said, advice=advice)


def telegram(settings: Settings) -> Finding:
    if settings.telegram_token is None:
        return Finding(
            part="telegram",
            level=Level.NOTICE,
            said=Phrase("off: questions wait in `dossierd pending`"),
            advice=Phrase("To be asked on the telephone, see docs/telegram.md"),
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
        said, advice = silence_phrase(unheard, settings), plain(unheard.hint or error.hint)
        return Finding(part="telegram", level=Level.BAD, said=said, advice=advice)
    finally:
        notifier.close()
    if unheard is not None:
        return Finding(
            part="telegram",
            level=Level.BAD,
            said=Phrase(
                "@{name} answers here, but not the daemon. {silence}",
                name=name,
                silence=silence_phrase(unheard, settings),
            ),
            advice=plain(unheard.hint),
        )
    return Finding(part="telegram", level=Level.GOOD, said=Phrase("@{name} answers", name=name))


def addresses(settings: Settings) -> Finding:
    """Where trouble is told besides; what they are, and nothing of a secret."""
    outward = build_outward(settings)
    services = () if outward is None else outward.services()
    told = Phrase("{count} told of trouble: {services}", count=len(services), services=", ".join(services))
    said = told if services else Phrase("no further address")
    return Finding(part="notify", level=Level.GOOD, said=said)
