"""How far apart two ways of computing one figure are: Excel text."""


def difference(one: str, other: str, *, least: str = "") -> str:
    """The difference of two cells, relative to the larger; 0 where both are the same, 0 included.

    Nothing is divided by 0, and no product with a small tolerance vanishes. ``least`` is what the
    difference is relative to at the least.

    Examples
    --------
    >>> difference("C5", "C9")
    'IF(C5=C9,0,ABS(C5-C9)/MAX(ABS(C5),ABS(C9)))'
    >>> difference("C5", "C9", least="1")
    'IF(C5=C9,0,ABS(C5-C9)/MAX(ABS(C5),ABS(C9),1))'

    """
    scale = ",".join(filter(None, (f"ABS({one})", f"ABS({other})", least)))
    return f"IF({one}={other},0,ABS({one}-{other})/MAX({scale}))"
