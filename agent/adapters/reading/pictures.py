"""Pictures as documents: each frame of a JPEG, PNG, TIFF or HEIC is a page that is recognised.

Invariants
- Only the reader of the kind that the content names is tried; no other of Pillow's is even loaded.
- A picture's pixels are counted by its header before one is decoded, and so is the memory that decoding takes.
- What is cut off is said: a frame whose pixels are not all there, or a chain of frames that leads out of the file, is
  a page with a problem.
- Frames that are small versions of others are no pages; where there is nothing else, they are.

Accepted: a JPEG whose pixels are damaged in the middle, or which was cut off and closed again, is grey from there on
for Pillow too, and a fax (Group 4) of a TIFF white to the end of its strip. What is missing then can't be told from an
empty page.
"""

import time
from collections.abc import Callable, Sequence
from io import BufferedReader
from typing import Any

from PIL import Image

from agent import tiff
from agent.adapters.reading import alarm, memory
from agent.adapters.reading.finding import Order, Unreadable
from agent.adapters.reading.frame import POINTS_PER_INCH
from agent.adapters.reading.grey import bytes_needed, grey
from agent.adapters.reading.ocr import Recogniser
from agent.adapters.reading.pages import unread
from agent.adapters.reading.paper import size_on_paper
from agent.adapters.reading.survey import Survey
from agent.domain.document import Page, PageProblem
from agent.domain.formats import Format
from agent.domain.outcome import FailureReason
from agent.errors import ReaderUnavailable

_AFTER_TESSERACT_SECONDS = 2.0
"""How much longer than tesseract's own timeout the alarm waits."""
_CANVASES = 3
"""The page's picture, and two that Pillow makes of it."""
_ORIENTATION, _PHOTOMETRIC = 0x0112, 0x0106
_WHITE_IS_ZERO = 0
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What turns a picture upright, by its orientation as Exif writes it (Exif 2.3, 4.6.4)."""
_ON_ITS_SIDE = frozenset({5, 6, 7, 8})
_COEFFICIENT_BYTES = 2


def open_picture(order: Order, stream: BufferedReader, kind: Format) -> "PicturePages | Unreadable":
    """Open a picture and count its frames."""
    try:
        with alarm.within(order.page_seconds):
            picture = _OPENERS[kind](stream)
            frames, is_linked = _frames_of(picture, stream, kind, order.max_pages + 1)
    except alarm.OutOfTime:
        return Unreadable(failure=FailureReason.TIMED_OUT, detail="when it was opened")
    except MemoryError:
        return Unreadable(failure=FailureReason.OUT_OF_MEMORY)
    except Exception:  # noqa: BLE001 # what a parser of hostile bytes raises is not for us to foresee
        return Unreadable(failure=FailureReason.DAMAGED)
    return PicturePages(order, picture, kind, frames, is_linked=is_linked)


class PicturePages:
    """A picture under way. Where its chain of frames is broken, the last page stands for what is missing."""

    def __init__(
        self, order: Order, picture: Image.Image, kind: Format, frames: Sequence[int], *, is_linked: bool
    ) -> None:
        self.frame_count = len(frames)
        self.count = len(frames) + (0 if is_linked else 1)
        self._picture = picture
        self._kind = kind
        self._frames = frames
        self._page_seconds = order.page_seconds
        self._recogniser = Recogniser(
            languages=order.languages, render_megapixels=order.render_megapixels, passes=order.passes
        )

    def page(self, number: int) -> "PicturePage":
        """Go to a frame, which must be there; it is the present one until another is gone to."""
        self._picture.seek(self._frames[number - 1])
        return PicturePage(self._picture, self._kind)

    def read(self, number: int) -> Page:
        """Read a frame, whatever it does; see `Pages`."""
        if number > len(self._frames):
            return unread(number, PageProblem.ENGINE_FAILED)
        deadline = time.monotonic() + self._page_seconds
        try:
            with alarm.within(self._page_seconds + _AFTER_TESSERACT_SECONDS):
                page = self.page(number)
                return self._recogniser.read(page, number, page.survey, deadline)
        except alarm.OutOfTime:
            return unread(number, PageProblem.TIMED_OUT)
        except MemoryError:
            return unread(number, PageProblem.OUT_OF_MEMORY)
        except ReaderUnavailable:
            raise
        except Exception:  # noqa: BLE001 # the same
            return unread(number, PageProblem.ENGINE_FAILED)


class PicturePage:
    """A frame as a `Sheet`, upright; only its header is read before `render`."""

    def __init__(self, picture: Image.Image, kind: Format) -> None:
        self._picture = picture
        self._kind = kind
        self._orientation = _orientation_of(picture) if kind is not Format.HEIC else 1
        pixels = picture.width * picture.height
        across, down = size_on_paper(*self._turned(self._stored_size()), self._dots())
        self.width, self.height = round(across, 2), round(down, 2)
        self.survey = Survey(
            image_share=1.0, image_pixels=pixels, image_bytes=0, has_hidden_text=False, is_text_alone=False
        )

    @property
    def native_dots(self) -> float:
        """The resolution; the finer of the two where they differ, as in a fax."""
        across, down = self._turned(self._stored_size())
        return max(across / self.width, down / self.height) * POINTS_PER_INCH

    def stored_scan(self) -> None:
        """There is nothing to be gained: `render` at the native resolution gives the picture as it is stored."""

    def render(self, scale: float) -> Any:
        """Draw the picture in grey, `scale` pixels a point, as a PIL image.

        Raises:
            MemoryError: there is no room for it.
        """
        size = max(1, round(self.width * scale)), max(1, round(self.height * scale))
        decoded = self._decode(self._turned(size), _CANVASES * size[0] * size[1])
        upright = decoded.transpose(_UPRIGHT[self._orientation]) if self._must_turn else decoded
        return upright if upright.size == size else upright.resize(size, Image.Resampling.BICUBIC)

    def render_rest(self, scale: float) -> Any:
        """Draw what is there beside a layer of text: a picture has none."""
        return self.render(scale)

    @property
    def header(self) -> Image.Image:
        """The picture as it is stored, of which only the header has been read."""
        return self._picture

    @property
    def turning(self) -> int:
        """The orientation, as Exif writes it, in which what `stored` gives lies there."""
        return self._orientation if self._must_turn else 1

    @property
    def is_white_zero(self) -> bool:
        """Whether 0 is white, in more bits than Pillow sees to."""
        is_white_zero = self._kind is Format.TIFF and _tag(self._picture, _PHOTOMETRIC) == _WHITE_IS_ZERO
        return is_white_zero and self._picture.mode.startswith("I;16")

    def stored(self) -> Image.Image:
        """Decode the picture as it is stored, in all its pixels and colours.

        Raises:
            MemoryError: there is no room for it.
        """
        memory.demand(bytes_needed(self._picture))
        self._picture.load()
        return self._picture

    def close(self) -> None:
        """Let go of the pixels; the file stays open for the other frames."""
        self._picture._im = None  # noqa: SLF001 # Pillow keeps a frame until the next of another size

    def _decode(self, size: tuple[int, int], more_bytes: int) -> Image.Image:
        """Decode the stored picture in grey, no finer than a JPEG must be for a page of this size."""
        coefficients = 0
        if self._kind is Format.JPEG:
            if self._picture.info.get("progressive"):
                coefficients = self.survey.image_pixels * len(self._picture.getbands()) * _COEFFICIENT_BYTES
            self._picture.draft("L", size)
        memory.demand(bytes_needed(self._picture) + coefficients + more_bytes)
        self._picture.load()
        return grey(self._picture, is_white_zero=self.is_white_zero)

    @property
    def _must_turn(self) -> bool:
        return self._kind is not Format.TIFF and self._orientation in _UPRIGHT  # Pillow turns a TIFF itself

    def _stored_size(self) -> tuple[int, int]:
        width, height = self._picture.size
        is_turned = self._kind is Format.TIFF and self._orientation in _ON_ITS_SIDE
        return (height, width) if is_turned else (width, height)

    def _turned(self, size: tuple[int, int]) -> tuple[int, int]:
        """Swap the sides of a picture that lies on its side: stored to upright, or back."""
        return (size[1], size[0]) if self._orientation in _ON_ITS_SIDE else size

    def _dots(self) -> tuple[float, float] | None:
        try:
            across, down = (float(each) for each in self._picture.info["dpi"])
        except (KeyError, TypeError, ValueError, ZeroDivisionError):
            return None
        return (down, across) if self._orientation in _ON_ITS_SIDE else (across, down)


def _orientation_of(picture: Image.Image) -> int:
    """How the camera was held; 1 where that can't be read: recognition finds out."""
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 # damaged notes of a camera are no reason to refuse its picture
        return 1
    return found if found in _UPRIGHT else 1


def _tag(picture: Image.Image, tag: int) -> object:
    tags: Any = getattr(picture, "tag_v2", {})
    return tags.get(tag)


def _frames_of(
    picture: Image.Image, stream: BufferedReader, kind: Format, most: int
) -> tuple[Sequence[int], bool]:
    """Number the frames that are pages, and say whether the chain of frames comes to an end."""
    if kind is not Format.TIFF:
        return range(min(getattr(picture, "n_frames", 1), most)), True
    place = stream.tell()
    chain = tiff.follow(lambda at, length: _read(stream, at, length), _size(stream), most)
    stream.seek(place)
    own = [number for number, is_own in enumerate(chain.pages) if is_own]
    return own or range(len(chain.pages)), chain.is_linked


def _read(stream: BufferedReader, at: int, length: int) -> bytes:
    stream.seek(at)
    return stream.read(length)


def _size(stream: BufferedReader) -> int:
    return stream.seek(0, 2)


def _open_jpeg(stream: BufferedReader) -> Image.Image:
    from PIL.JpegImagePlugin import JpegImageFile

    return JpegImageFile(stream)  # the first picture alone: others behind it are previews, or the other eye's


def _open_png(stream: BufferedReader) -> Image.Image:
    from PIL.PngImagePlugin import PngImageFile

    return PngImageFile(stream)


def _open_tiff(stream: BufferedReader) -> Image.Image:
    from PIL.TiffImagePlugin import TiffImageFile

    return TiffImageFile(stream)


def _open_heic(stream: BufferedReader) -> Image.Image:
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1
    picture: Image.Image = pillow_heif.HeifImageFile(stream)
    return picture


_OPENERS: dict[Format, Callable[[BufferedReader], Image.Image]] = {
    Format.JPEG: _open_jpeg,
    Format.PNG: _open_png,
    Format.TIFF: _open_tiff,
    Format.HEIC: _open_heic,
}
"""Each import is here, and not above, so that a child loads what it needs and the fork server nothing."""
