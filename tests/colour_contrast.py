"""How far two colours are apart, by WCAG 2."""


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours by WCAG 2."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(rgb: str) -> float:
    """Relative luminance by WCAG 2."""
    parts = [int(rgb[-6:][i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
