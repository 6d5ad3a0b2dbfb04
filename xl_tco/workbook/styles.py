"""How cells look, by what they are: one typeface, three sizes, one accent colour and its tints."""

from typing import Final

from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side

from xl_tco.workbook.description import Effect, Format, Ink, Style

FONT: Final = "Calibri"
BODY, HEADING, HEADLINE = 11, 14, 22

INK: Final = "1F2933"
GREY: Final = "52606D"
WHITE: Final = "FFFFFF"
ACCENT: Final = "14506E"
TINT: Final = "DCE9F0"
PALE: Final = "F1F6F9"
RULE: Final = "9FB3C0"
GRID: Final = "E1E8ED"
INPUT_INK: Final = "0000C0"
INPUT_TINT: Final = "FFF8E1"
LINK_INK: Final = "00602B"
ALARM_INK: Final = "8E0B0B"
ALARM_TINT: Final = "FBDCD9"
CHANGED_TINT: Final = "FFE0A3"
BASELINE_FILL: Final = "82909C"
# Fills of chart series: apart in hue, and in greyscale each from each.
INKS: Final = {
    Ink.CANDIDATE: ACCENT,
    Ink.BASELINE: BASELINE_FILL,
    Ink.THIRD: "DCAA55",
    Ink.FOURTH: "CBDEE8",
    Ink.FIFTH: "9C5A2A",
    Ink.TARGET: INK,
}
# Series of scatter charts: apart by colour, marker and dash, and in greyscale.
SCATTERED: Final = (
    (BASELINE_FILL, "square", "dash"),
    (ACCENT, "circle", "solid"),
    ("9C5A2A", "diamond", "sysDot"),
    ("E0A526", "triangle", "dashDot"),
    ("5B2A86", "square", "solid"),
    ("00602B", "circle", "dash"),
    ("B4526A", "diamond", "solid"),
    ("3F4B57", "triangle", "sysDot"),
)
# The ends of the colour scale; ink is readable on both.
HEAT: Final = ("FFFFFF", "8FB8CF")

# Text over background, each at least 4.5:1.
CONTRASTS: Final = (
    (INK, WHITE),
    (GREY, WHITE),
    (GREY, PALE),
    (ACCENT, WHITE),
    (ACCENT, TINT),
    (WHITE, ACCENT),
    (INPUT_INK, INPUT_TINT),
    (INPUT_INK, CHANGED_TINT),
    (LINK_INK, WHITE),
    (LINK_INK, CHANGED_TINT),
    (ALARM_INK, ALARM_TINT),
    (INK, CHANGED_TINT),
    (INK, HEAT[1]),
)

# Excel has styles of these names itself: ours are its own, customised.
BUILT_IN: Final = {Style.INPUT: 20, Style.OUTPUT: 21}

LOWER_FORMAT: Final = '[<9.95]0.0"x lower";0"x lower"'

_THIN: Final = Side(style="thin", color=RULE)
_THICK: Final = Side(style="thin", color=ALARM_INK)
_DOTTED: Final = Side(style="dotted", color=GREY)
_LEFT: Final = Alignment(horizontal="left", vertical="center")
_LEFT_BOTTOM: Final = Alignment(horizontal="left", vertical="bottom")
_INDENTED: Final = Alignment(horizontal="left", vertical="center", indent=1)
_RIGHT: Final = Alignment(horizontal="right", vertical="center")
_WRAP: Final = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
_WRAP_LEFT: Final = Alignment(horizontal="left", vertical="bottom", wrap_text=True)
_WRAP_INDENTED: Final = Alignment(horizontal="left", vertical="bottom", wrap_text=True, indent=1)
_WRAP_RIGHT: Final = Alignment(horizontal="right", vertical="bottom", wrap_text=True)


def named_styles() -> list[NamedStyle]:
    """The styles of every cell; a cell has no look of its own but its number format."""
    return [
        _style(Style.INPUT, _font(INPUT_INK), _RIGHT, fill=INPUT_TINT, bottom=_THIN, locked=False),
        _style(Style.INPUT_SAMPLE, _font(INPUT_INK), _RIGHT, fill=INPUT_TINT, bottom=_THIN),
        _style(Style.CALC, _font(INK), _RIGHT),
        _style(Style.CALC_TEXT, _font(INK), _INDENTED),
        _style(Style.LINK, _font(LINK_INK, italic=True), _RIGHT),
        _style(Style.LINK_TEXT, _font(LINK_INK, italic=True), _LEFT),
        _style(Style.OUTPUT, _font(INK, bold=True), _RIGHT, top=_THIN, bottom=_THIN),
        # Excel shows logicals so anyway. LibreOffice 25.2 crashes while it draws conditionally
        # formatted cells of General format beside wrapped text: they get formats of their own.
        _style(Style.CHECK, _font(INK, bold=True), _INDENTED, shown=Format.TRUTH),
        _style(Style.PUBLISHED, _font(GREY), _RIGHT, bottom=_DOTTED),
        _style(Style.TITLE, _font(ACCENT, size=HEADING, bold=True), _LEFT),
        _style(Style.SECTION, _font(ACCENT, bold=True), _LEFT, fill=TINT),
        _style(Style.HEADER, _font(GREY, bold=True), _WRAP_LEFT, bottom=_THIN),
        _style(Style.HEADER_UNIT, _font(GREY, bold=True), _WRAP_INDENTED, bottom=_THIN),
        _style(Style.HEADER_NUMBER, _font(GREY, bold=True), _WRAP_RIGHT, bottom=_THIN),
        _style(Style.HEADLINE, _font(ACCENT, size=HEADLINE, bold=True), _LEFT),
        _style(Style.HEADLINE_LABEL, _font(GREY), _LEFT),
        _style(Style.SENTENCE, _font(ACCENT, bold=True), _LEFT_BOTTOM),
        _style(Style.LABEL, _font(INK), _LEFT),
        _style(Style.UNIT, _font(GREY), _INDENTED),
        _style(Style.NOTE, _font(GREY), _WRAP),
        _style(Style.STATUS, _font(INK, bold=True), _LEFT, shown=Format.WORD),
        _style(Style.ASIDE, _font(GREY), _LEFT),
        _style(Style.CONTENTS, _font(ACCENT, underline=True), _LEFT),
        _style(Style.WATERLINE, _font(WHITE, bold=True), _LEFT, fill=ACCENT),
    ]


EFFECTS: Final = {
    Effect.ALARM: {"font": Font(color=ALARM_INK, bold=True), "fill": ALARM_TINT},
    Effect.CHANGED: {"fill": CHANGED_TINT},
    Effect.LOWER: {"number_format": LOWER_FORMAT},
    Effect.BORDER: {"font": Font(color=INK, bold=True), "border": Border(left=_THICK)},
}


def solid(color: str, *, conditional: bool = False) -> PatternFill:
    """A plain fill; conditional formats keep its colour in the background."""
    return PatternFill(bgColor=color) if conditional else PatternFill("solid", fgColor=color)


def _font(
    color: str,
    *,
    size: int = BODY,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
) -> Font:
    return Font(
        name=FONT,
        size=size,
        bold=bold,
        italic=italic,
        underline="single" if underline else None,
        color=color,
    )


def _style(
    role: Style,
    font: Font,
    alignment: Alignment,
    *,
    fill: str = "",
    top: Side | None = None,
    bottom: Side | None = None,
    locked: bool = True,
    shown: Format = Format.GENERAL,
) -> NamedStyle:
    style = NamedStyle(
        name=role.value,
        builtinId=BUILT_IN.get(role),
        number_format=shown.value,
        font=font,
        alignment=alignment,
        border=Border(top=top, bottom=bottom),
        protection=Protection(locked=locked),
    )
    if fill:
        style.fill = solid(fill)
    return style
