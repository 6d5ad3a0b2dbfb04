"""Lookups as LAMBDA names: over the sheet Catalog of the same workbook, known by four names.

``catalog_rows`` holds platform|figure|tier or basis|date, in ascending order; ``catalog_keys`` the
same without the date; ``catalog_values`` the figures; ``catalog_platforms`` the table of platforms.
"""

from collections.abc import Callable, Sequence
from typing import Final

from xl_tco import __version__
from xl_tco.functions import BY_NAME, Argument, Function
from xl_tco.limits import Limits
from xl_tco.lookups.about import LAMBDA_ENGINE
from xl_tco.lookups.compare import METRICS
from xl_tco.lookups.operating_point import CURVE, FIGURES, limits_of_curve

# A date as a number that sorts, like the rows': a year or month reads as its last day, no date as
# the last of all. What is no date of this century is #VALUE!, as in Python.
_TEXT_DATE: Final = (
    '_xlfn.LET(_xlpm.padded,LEFT({0}&"-99-99",10),IF('
    "((LEN({0})=4)+(LEN({0})=7)+(LEN({0})=10))"
    '*(MID(_xlpm.padded,5,1)="-")*(MID(_xlpm.padded,8,1)="-")'
    "*((LEN({0})=4)+(ABS(MID(_xlpm.padded,6,2)-6.5)<6))"
    # A day that the month does not have would lie in another month.
    "*((LEN({0})<10)+(MONTH(DATE(LEFT(_xlpm.padded,4),MID(_xlpm.padded,6,2),"
    "MID(_xlpm.padded,9,2)))=0+MID(_xlpm.padded,6,2))),"
    '0+SUBSTITUTE(_xlpm.padded,"-",""),#VALUE!))'
)
_NUMBER_DATE: Final = (
    "IF({0}<3000,INT({0})*10000+9999,"
    "IF({0}<2958466,YEAR({0})*10000+MONTH({0})*100+DAY({0}),#VALUE!))"
)
_UNTIL: Final = (
    f'IF({{0}}="",99999999,_xlfn.LET(_xlpm.until,IF(ISNUMBER({{0}}),{_NUMBER_DATE},{_TEXT_DATE}),'
    "IF((_xlpm.until>=20000000)*(_xlpm.until<21000000),_xlpm.until,#VALUE!)))"
)
_DATE_LENGTH: Final = len("|20260714")


def lookup_body(function: Function, texts: dict[str, str]) -> str:
    """What a lookup's LAMBDA computes, with a text for each argument's name."""
    return _BODIES[function.name](texts)


def _platform_figure(texts: dict[str, str]) -> str:
    platform, figure, tier, as_of = texts.values()
    words = "*".join(f'ISTEXT({text})*({text}<>"")' for text in (platform, figure))
    taken = f"{words}*ISTEXT({tier})*(ISTEXT({as_of})+ISNUMBER({as_of}))"
    wanted = f'{platform}&"|"&{figure}&"|"&{tier}&"|"&{_UNTIL.format(as_of)}'
    row = "_xlpm.row"
    key = f"LEFT({row},LEN({row})-{_DATE_LENGTH})"
    keys, values = (
        f"_xlfn.XLOOKUP({row},catalog_rows,{column},#N/A,-1)"
        for column in ("catalog_keys", "catalog_values")
    )
    one = f"_xlfn.LAMBDA({row},IF({keys}={key},{values},#N/A))"
    return f"_xlfn.MAP(IF({taken},{wanted},#VALUE!),{one})"


def _platforms(_texts: dict[str, str]) -> str:
    return 'IF(catalog_platforms="",#N/A,catalog_platforms)'


def _compare(texts: dict[str, str]) -> str:
    (table,) = texts.values()
    arguments = {item.name: item for name in METRICS for item in BY_NAME[name].arguments}
    steps = [_headers(table)]
    steps += [
        f"{_given(name)},{_column(table, item)}"
        for name, item in arguments.items()
        if name not in METRICS
    ]
    shown = []
    for name in METRICS:
        given = ",".join(_given(item.name) for item in BY_NAME[name].arguments)
        steps.append(f"{_given(name)},{name.upper()}({given})")
        shown.append((name, _given(name)))
    shown += [(f"relative_{name}", _to_the_first(_given(name))) for name in METRICS]
    columns = [f'IF(_xlfn.SEQUENCE(ROWS({table}))=1,"{title}",{text})' for title, text in shown]
    body = f'_xlfn.HSTACK(IF({table}="","",{table}),{",".join(columns)})'
    whole = f"_xlfn.LET({','.join(steps)},{body})"
    return f"IF(ROWS({table})=1,#N/A,{whole})"


def _cost_per_mtok_at(texts: dict[str, str]) -> str:
    return _figure_at("cost_per_mtok_at", texts)


def _tokens_per_mw_at(texts: dict[str, str]) -> str:
    return _figure_at("tokens_per_mw_at", texts)


def _figure_at(name: str, texts: dict[str, str]) -> str:
    interactivity, table = texts.values()
    figure = FIGURES[name]
    others = [argument for argument in figure.arguments if argument.name not in CURVE]
    curve = [_given(key) for key in CURVE]
    needed = [(key, "") for key in CURVE] + [(item.name, item.default_text) for item in others]
    steps = [_headers(table)]
    steps += [f"{_given(key)},{_below_header(table, key, default)}" for key, default in needed]
    steps += [f"_xlpm.measured,ISNUMBER({curve[0]})*ISNUMBER({curve[1]})"]
    steps += [f"_xlpm.fault,{_fault_of(curve, [_given(item.name) for item in others])}"]
    steps += [
        f"_xlpm.{key},IF(_xlpm.measured,{column},0)"
        for key, column in zip(_AXES, curve, strict=True)
    ]
    output = _OUTPUT
    for wrong, error in (
        ("ISERROR(_xlpm.fault)", "_xlpm.fault"),
        (_outside("_xlpm.point", limits_of_curve()[0]), "#NUM!"),
        ("1-ISNUMBER(_xlpm.point)", "#VALUE!"),
        ("ISERROR(_xlpm.point)", "_xlpm.point"),
    ):
        output = f"IF({wrong},{error},{output})"
    # An empty cell is an empty text, lest an engine takes it for a 0.
    points = f'IF({interactivity}="","",{interactivity})'
    steps += [f"_xlpm.output,_xlfn.MAP({points},_xlfn.LAMBDA(_xlpm.point,{output}))"]
    given = (
        "_xlpm.output" if item.name in CURVE else f"MAX(IF(_xlpm.measured,{_given(item.name)}))"
        for item in figure.arguments
    )
    value = f"{figure.worksheet_name}({','.join(given)})"
    steps += [f"IF(ISERROR(_xlpm.output),_xlpm.output,{value})"]
    return f"IF(ROWS({table})=1,#N/A,_xlfn.LET({','.join(steps)}))"


# Throughput at a point. Above it the frontier begins with the highest throughput there is; below
# it, it ends with the fastest of those that have still more throughput. So nothing is sorted.
_AXES: Final = ("speeds", "outputs")
_OUTPUT: Final = (
    "_xlfn.LET(_xlpm.upper_output,MAX((_xlpm.speeds>=_xlpm.point)*_xlpm.outputs),"
    "_xlpm.upper_speed,MAX((_xlpm.speeds>=_xlpm.point)*(_xlpm.outputs=_xlpm.upper_output)*_xlpm.speeds),"
    "_xlpm.lower_speed,MAX((_xlpm.speeds<_xlpm.point)*(_xlpm.outputs>_xlpm.upper_output)*_xlpm.speeds),"
    "_xlpm.lower_output,MAX((_xlpm.speeds=_xlpm.lower_speed)*_xlpm.outputs),"
    "IF(_xlpm.upper_output=0,#N/A,IF(_xlpm.upper_speed=_xlpm.point,_xlpm.upper_output,"
    "IF(_xlpm.lower_speed=0,#N/A,EXP(LN(_xlpm.lower_output)+(_xlpm.point-_xlpm.lower_speed)"
    "/(_xlpm.upper_speed-_xlpm.lower_speed)*(LN(_xlpm.upper_output)-LN(_xlpm.lower_output)))))))"
)


def _fault_of(curve: Sequence[str], others: Sequence[str]) -> str:
    """What is wrong with the columns, in the order in which Python finds it; 0 if nothing is."""
    errors = ",".join(f"IF(ISERROR({column}),{column},0)" for column in (*curve, *others))
    kinds = "+".join(f'SUM(1-ISNUMBER({column})-({column}=""))' for column in curve)
    limits = "+".join(
        f"SUM(ISNUMBER({column})*({_outside(column, limits)}))"
        for column, limits in zip(curve, limits_of_curve(), strict=True)
    )
    no_numbers = "+".join(f"SUM(_xlpm.measured*(1-ISNUMBER({column})))" for column in others)
    several = "+".join(
        f"(MAX(IF(_xlpm.measured,{column}))>MIN(IF(_xlpm.measured,{column})))" for column in others
    )
    return (
        f"_xlfn.LET(_xlpm.errors,SUM({errors}),IF(ISERROR(_xlpm.errors),_xlpm.errors,"
        f"IF({kinds},#VALUE!,IF({limits},#NUM!,IF(SUM(_xlpm.measured)=0,#N/A,"
        f"IF({no_numbers},#VALUE!,IF({several},#NUM!,0)))))))"
    )


def _outside(text: str, limits: Limits) -> str:
    return "+".join(f"{text}{bound.broken_symbol}{bound.value:g}" for bound in limits.bounds)


def _below_header(table: str, name: str, default: str) -> str:
    """A column without its header; what is blank is its default, or an empty text."""
    place = f'MATCH("{name}",_xlpm.headers,0)'
    column = f"INDEX({table},0,{place})"
    blank = default or '""'
    filled = f'_xlfn.DROP(IF({column}="",{blank},{column}),1)'
    return f"IF(ISNA({place}),{default},{filled})" if default else filled


def _headers(table: str) -> str:
    return f'_xlpm.headers,SUBSTITUTE(TRIM(INDEX({table},1,0))," ","_")'


def _given(name: str) -> str:
    """A column's variable: names know no case, and a function of that name is called beside it."""
    return f"_xlpm.column_{name}"


def _to_the_first(column: str) -> str:
    """Ratios to the row below the headers; a metric without its columns is a single error."""
    return f"RELATIVE({column},INDEX({column},IF(ROWS({column})>1,2,1)))"


def _column(table: str, argument: Argument) -> str:
    place = f'MATCH("{argument.name}",_xlpm.headers,0)'
    column = f"INDEX({table},0,{place})"
    if argument.default is None:
        return column
    return f"IF(ISNA({place}),{argument.default_text},{column})"


_BODIES: Final[dict[str, Callable[[dict[str, str]], str]]] = {
    "cost_per_mtok_at": _cost_per_mtok_at,
    "tokens_per_mw_at": _tokens_per_mw_at,
    "platform_figure": _platform_figure,
    "platforms": _platforms,
    "compare": _compare,
    "tco_version": lambda _: f'"{__version__}"',
    "tco_engine": lambda _: f'"{LAMBDA_ENGINE}"',
}
