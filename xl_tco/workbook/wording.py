"""Figures within sentences: Excel text that reads the same under every regional setting.

``TEXT(x,"0.0")`` takes its format's signs from the reader's settings, and a number joined to a text
gets the reader's decimal sign: both read otherwise in a German Excel. Figures are rounded as the
number formats of the tables do, so that a sentence and the table beside it say the same.
"""

from typing import Final

# What the reader's program writes between whole and decimals; a sentence has a point there.
_DECIMAL_SIGN: Final = "MID(FIXED(0,1),2,1)"


def dollars(value: str) -> str:
    """An amount as ``Format.USD`` shows it: three decimals below a dollar, else two.

    Examples
    --------
    >>> dollars("C5")
    'SUBSTITUTE(SUBSTITUTE("$"&FIXED(C5,3-(C5>=1),TRUE),MID(FIXED(0,1),2,1),"."),"$-","-$")'

    """
    digits = _pointed(f'"$"&FIXED({value},3-({value}>=1),TRUE)')
    return f'SUBSTITUTE({digits},"$-","-$")'


def percent(value: str) -> str:
    """A share as ``Format.PERCENT`` shows it: a format without a decimal sign is no risk.

    Examples
    --------
    >>> percent("C5")
    'TEXT(C5,"0%")'

    """
    return f'TEXT({value},"0%")'


def times(value: str) -> str:
    """How many times, as ``Format.TIMES`` shows it: one decimal, but none from 10x on.

    Examples
    --------
    >>> times("C5")
    'SUBSTITUTE(FIXED(C5,1*(ROUND(C5,1)<10),TRUE),MID(FIXED(0,1),2,1),".")&"x"'

    """
    return _pointed(f"FIXED({value},1*(ROUND({value},1)<10),TRUE)") + '&"x"'


def compared(ratio: str, shown: str) -> str:
    """A ratio in words, how many times it is being said already: ``34x lower``, ``the same``.

    Examples
    --------
    >>> compared("C5", "D5")
    'IF(C5=1,"the same",D5&CHOOSE(1+(C5<1)," higher"," lower"))'

    """
    return f'IF({ratio}=1,"the same",{shown}&CHOOSE(1+({ratio}<1)," higher"," lower"))'


def plain(value: str) -> str:
    """A figure with up to one decimal.

    Examples
    --------
    >>> plain("C5")
    'SUBSTITUTE(ROUND(C5,1),MID(FIXED(0,1),2,1),".")'

    """
    return _pointed(f"ROUND({value},1)")


def _pointed(text: str) -> str:
    return f'SUBSTITUTE({text},{_DECIMAL_SIGN},".")'
