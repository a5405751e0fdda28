import io
import struct
import zlib

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grader.notebook import png

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(
    width: int = 2, height: int = 2, depth: int = 8, colour: int = 2, rest: tuple[int, ...] = (0, 0, 0)
) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, *rest))


ROWS = b"\0\x01\x02\x03\x04\x05\x06\0\x07\x08\x09\x0a\x0b\x0c"  # 2 rows of 2 pixels in RGB, filter 0
PIXELS = chunk(b"IDAT", zlib.compress(ROWS))
END = chunk(b"IEND", b"")
GOOD = SIGNATURE + header() + PIXELS + END


def drawn(data: bytes) -> Image.Image:
    """What a decoder that is not ours makes of a PNG."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def written(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_the_pixels_of_every_kind_of_picture_stay(mode: str) -> None:
    image = Image.new(mode, (37, 11))
    for x in range(37):
        image.paste(1, (x, x % 11, x + 1, x % 11 + 1))
    rebuilt = drawn(png.rebuild(written(image)))
    assert rebuilt.size == (37, 11)
    assert rebuilt.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()


def test_a_figure_stays_as_it_was_drawn() -> None:
    mpl.use("Agg")
    from matplotlib.figure import Figure  # noqa: PLC0415  after the backend is chosen

    figure = Figure()
    figure.subplots().plot([1, 3, 2])
    file = io.BytesIO()
    figure.savefig(file)
    assert b"Software" in file.getvalue()
    rebuilt = png.rebuild(file.getvalue())
    assert drawn(rebuilt).tobytes() == drawn(file.getvalue()).tobytes()
    assert b"Software" not in rebuilt  # only pixels stay


def test_what_stands_beside_the_pixels_goes() -> None:
    script = b"<script>alert(1)</script>"
    loaded = (
        SIGNATURE + header() + chunk(b"tEXt", b"Comment\0" + script) + PIXELS + chunk(b"zzZz", script) + END + script
    )
    assert drawn(loaded).size == (2, 2)
    assert png.rebuild(loaded) == GOOD


@pytest.mark.parametrize(
    "data,reason",
    [
        (b"", "is no PNG"),
        (b"GIF89a", "is no PNG"),
        (b"<svg onload=alert(1)>", "is no PNG"),
        (SIGNATURE, "is broken"),
        (GOOD[:-1], "is broken"),
        (GOOD.replace(b"IDAT", b"IDAX"), "is broken"),
        (GOOD[:40] + bytes([GOOD[40] ^ 1]) + GOOD[41:], "is broken"),
        (SIGNATURE + PIXELS + header() + END, "is broken"),
        (SIGNATURE + header() + header() + PIXELS + END, "is broken"),
        (SIGNATURE + header() + END, "is broken"),
        (SIGNATURE + header() + chunk(b"IDAT", b"no zlib") + END, "is broken"),
        (SIGNATURE + header() + chunk(b"IDAT", zlib.compress(ROWS[:-1])) + END, "is broken"),
        (SIGNATURE + header() + chunk(b"IDAT", zlib.compress(ROWS + b"\0")) + END, "is broken"),
        (SIGNATURE + header() + chunk(b"IDAT", zlib.compress(ROWS)[:-1]) + END, "is broken"),
        (SIGNATURE + header() + chunk(b"IDAT", zlib.compress(ROWS) + b"more") + END, "is broken"),
        (SIGNATURE + header() + chunk(b"IDAT", zlib.compress(b"\x05" + ROWS[1:])) + END, "is broken"),
        (SIGNATURE + header(depth=7) + PIXELS + END, "is broken"),
        (SIGNATURE + header(colour=5) + PIXELS + END, "is broken"),
        (SIGNATURE + header(width=0) + PIXELS + END, "is broken"),
        (SIGNATURE + header(rest=(1, 0, 0)) + PIXELS + END, "is broken"),
        (SIGNATURE + header(rest=(0, 0, 1)) + PIXELS + END, "is interlaced"),
        (SIGNATURE + header(colour=3) + chunk(b"IDAT", zlib.compress(b"\0\0\0\0\0\0")) + END, "is broken"),
        (SIGNATURE + header() + chunk(b"EVIL", b"") + PIXELS + END, "is of an unknown kind"),
        (SIGNATURE + header(width=4097) + PIXELS + END, "is too large"),
        (SIGNATURE + header(4096, 4096, colour=6) + PIXELS + END, "is too large"),
        (SIGNATURE + header() + chunk(b"tEXt", bytes(png.MAX_BYTES)) + PIXELS + END, "is too large"),
    ],
)
def test_what_is_no_plain_picture_is_refused(data: bytes, reason: str) -> None:
    assert drawn(png.rebuild(GOOD)).getpixel((1, 1)) == (10, 11, 12)
    with pytest.raises(png.NoPicture, match=reason):
        png.rebuild(data)


def test_a_bomb_does_not_go_off() -> None:
    bomb = zlib.compress(bytes(300_000_000))  # a thousandth of that
    assert len(bomb) < png.MAX_BYTES
    with pytest.raises(png.NoPicture, match="is broken"):
        png.rebuild(SIGNATURE + header() + chunk(b"IDAT", bomb) + END)


@given(st.binary(), st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_any_bytes_are_a_picture_or_refused(junk: bytes, at: int, byte: int) -> None:
    for data in (junk, SIGNATURE + junk, GOOD[:at] + junk, GOOD[:at] + bytes([byte]) + GOOD[at + 1 :]):
        try:
            rebuilt = png.rebuild(data)
        except png.NoPicture:
            continue
        assert drawn(rebuilt).tobytes() == ROWS[1:7] + ROWS[8:]
