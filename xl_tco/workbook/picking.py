"""One cell of a range, by its place: Excel text that Excel shows as it is written.

A plain ``INDEX(range,cell)`` may give several cells, so Excel shows it as ``=@INDEX(...)``. ``N``
and ``T`` take one value, and the sign is not needed.
"""


def number_at(cells: str, place: str) -> str:
    """The number at a place of a range; a text there counts as 0.

    Examples
    --------
    >>> number_at("f_cost", "C5")
    'N(INDEX(f_cost,C5))'

    """
    return f"N(INDEX({cells},{place}))"


def text_at(cells: str, place: str) -> str:
    """The text at a place of a range; a number there counts as none.

    Examples
    --------
    >>> text_at("f_limits", "C5")
    'T(INDEX(f_limits,C5))'

    """
    return f"T(INDEX({cells},{place}))"


def either_at(cells: str, place: str) -> str:
    """What stands at a place of a range, number or text.

    Examples
    --------
    >>> either_at("costs", "C5")
    'IF(T(INDEX(costs,C5))="",N(INDEX(costs,C5)),T(INDEX(costs,C5)))'

    """
    word = text_at(cells, place)
    return f'IF({word}="",{number_at(cells, place)},{word})'
