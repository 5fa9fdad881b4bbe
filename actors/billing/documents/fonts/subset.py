"""Makes the fonts of this folder from Debian's packages fonts-inter, fonts-noto-core and fonts-noto-cjk.

    pip install fonttools && python subset.py

Run by hand when a newer font is wanted; nothing else needs it. Only characters that invoices may hold are kept: Latin,
Greek, Cyrillic, Arabic, Hebrew, Thai, Devanagari, and the Chinese, Japanese and Korean characters of GB 2312, Big 5
(level 1), JIS X 0208 and KS X 1001. `coverage.txt` lists them as ranges. Bold Chinese and Japanese is kept for the
labels alone.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTCollection, TTFont

HERE = Path(__file__).parent
FONTS = Path("/usr/share/fonts")
LATIN = [(0x20, 0x24F), (0x2B0, 0x36F), (0x370, 0x52F), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x209F)]
SIGNS = [(0x20A0, 0x20C0), (0x2100, 0x214F), (0x2190, 0x2199), (0x2200, 0x22FF), (0x25A0, 0x25CF), (0xFFFD, 0xFFFD)]
ARABIC = [(0x600, 0x6FF), (0x750, 0x77F), (0xFDFC, 0xFDFC), (0x200C, 0x200F)]
WIDE = [(0x3000, 0x30FF), (0x31F0, 0x31FF), (0x3220, 0x324F), (0x32FF, 0x32FF), (0xFF00, 0xFFEF), (0x2460, 0x2473)]


def spread(*ranges: tuple[int, int]) -> set[int]:
    return {point for first, last in ranges for point in range(first, last + 1)}


def encoded(codec: str, leads: Iterable[int], trails: Iterable[int]) -> set[int]:
    """The characters of a double-byte character set."""
    found = set()
    trails = list(trails)
    for lead in leads:
        for trail in trails:
            text = bytes([lead, trail]).decode(codec, "ignore")
            if len(text) == 1:
                found.add(ord(text))
    return found


def wide() -> set[int]:
    high = range(0xA1, 0xFF)
    big5 = [*range(0x40, 0x7F), *high]
    return (
        spread(*WIDE)
        | encoded("euc_jp", high, high)
        | encoded("gb2312", high, high)
        | encoded("big5", range(0xA4, 0xC7), big5)
        | encoded("big5", range(0xA4, 0xC7), big5)
        | encoded("euc_kr", range(0xB0, 0xC9), high)
    ) - spread((0x20, 0x52F), (0x2000, 0x214F))


def labels() -> set[int]:
    text = (HERE.parent / "labels.py").read_text()
    return {ord(one) for one in re.sub(r"[\x00-\u2fff]", "", text) + "年月日￥"}


def made(font: TTFont, name: str, points: set[int]) -> set[int]:
    """Writes the subset and gives the characters in it."""
    options = subset.Options()
    if "CJK" in name:
        # Without the shapes that other regions prefer, which would double the font.
        options.layout_features = ["ccmp"]
    elif "Inter" in name:
        options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl", "calt", "tnum", "case"]
    else:
        options.layout_features = ["*"]
    options.name_IDs = [1, 2, 3, 4, 5, 6, 13, 14, 16, 17]
    options.notdef_outline = True
    options.hinting = False
    options.desubroutinize = False
    maker = subset.Subsetter(options)
    maker.populate(unicodes=points)
    maker.subset(font)
    font.save(HERE / name)
    print(f"{(HERE / name).stat().st_size:>9} {name}", file=sys.stderr)
    return set(font.getBestCmap())


def main() -> None:
    covered: set[int] = set()
    plain = {
        "Inter-Regular.otf": ("opentype/inter", spread(*LATIN, *SIGNS)),
        "Inter-SemiBold.otf": ("opentype/inter", spread(*LATIN, *SIGNS)),
        "NotoSansArabic-Regular.ttf": ("truetype/noto", spread(*ARABIC)),
        "NotoSansArabic-Bold.ttf": ("truetype/noto", spread(*ARABIC)),
        "NotoSansHebrew-Regular.ttf": ("truetype/noto", spread((0x590, 0x5FF))),
        "NotoSansThai-Regular.ttf": ("truetype/noto", spread((0xE00, 0xE7F))),
        "NotoSansDevanagari-Regular.ttf": ("truetype/noto", spread((0x900, 0x97F))),
    }
    for name, (folder, points) in plain.items():
        covered |= made(TTFont(FONTS / folder / name), name, points)
    for weight, points in (("Regular", wide()), ("Bold", labels())):
        faces = TTCollection(str(FONTS / f"opentype/noto/NotoSansCJK-{weight}.ttc"))
        japanese = next(one for one in faces.fonts if one["name"].getDebugName(1).startswith("Noto Sans CJK JP"))
        found = made(japanese, f"NotoSansCJKjp-{weight}.otf", points)
        covered |= found if weight == "Regular" else set()
    ranges: list[list[int]] = []
    for point in sorted(covered):
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    text = "\n".join(f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in ranges)
    (HERE / "coverage.txt").write_text(text + "\n")
    print(f"{len(covered)} characters", file=sys.stderr)


if __name__ == "__main__":
    main()
