"""The module that xlwings loads: COST_PER_MTOK, TOKENS_PER_MW and the rest of the table.

>>> from xl_tco import udfs
>>> round(udfs.COST_PER_MTOK(2.65, 6000), 4)
0.1227
>>> udfs.COST_PER_MTOK(2.65, 0)
'#NUM!'
"""

from xl_tco.hosts.xlwings_functions import bind

bind(globals())
