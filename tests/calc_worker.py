"""Drives a running LibreOffice Calc like ``uno_worker``, and types formulas into a new sheet.

Run by an interpreter that can ``import uno``; ``test_host_libreoffice.py`` is the other end.
"""

import json
import sys
import time

from uno_worker import Office

_TEXT_RESULT = 2  # com.sun.star.sheet.FormulaResult.STRING


class Calc(Office):
    """A LibreOffice whose cells are typed by a test."""

    def __init__(self, pipe):
        super().__init__(pipe)
        local = self._uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", local
        )
        self._context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")

    def type(self, rows, arrays):
        """A new sheet: rows of what is typed from A1 on, and array formulas by their range."""
        self.close()
        self._document = self._desktop.loadComponentFromURL(
            "private:factory/scalc", "_blank", 0, (self._property("Hidden", True),)
        )
        sheet = self._document.Sheets.getByIndex(0)
        if rows:
            area = sheet.getCellRangeByPosition(0, 0, len(rows[0]) - 1, len(rows) - 1)
            area.setFormulaArray(tuple(map(tuple, rows)))
        for address, formula in arrays.items():
            sheet.getCellRangeByName(address).setArrayFormula(formula)
        self._document.calculateAll()

    def block(self, address):
        """What the cells of a range come to; an error as ``{"error": its number}``."""
        area = self._document.Sheets.getByIndex(0).getCellRangeByName(address)
        place = area.getRangeAddress()
        return [
            [
                _outcome(area.getCellByPosition(column, row))
                for column in range(place.EndColumn - place.StartColumn + 1)
            ]
            for row in range(place.EndRow - place.StartRow + 1)
        ]

    def recalculation(self, times):
        """Seconds that each of some hard recalculations takes."""
        seconds = []
        for _ in range(times):
            start = time.perf_counter()
            self._document.calculateAll()
            seconds.append(time.perf_counter() - start)
        return seconds

    def export(self, path):
        """Save the open document as .xlsx."""
        self._document.storeToURL(
            self._uno.systemPathToFileUrl(path),
            (self._property("FilterName", "Calc MS Excel 2007 XML"),),
        )

    def describe(self):
        """All functions of the function wizard by name: description, arguments, category."""
        descriptions = self._context.ServiceManager.createInstanceWithContext(
            "com.sun.star.sheet.FunctionDescriptions", self._context
        )
        found = {}
        for index in range(descriptions.getCount()):
            entry = {prop.Name: prop.Value for prop in descriptions.getByIndex(index)}
            found[entry["Name"]] = {
                "description": entry["Description"],
                "category": entry["Category"],
                "arguments": [[item.Name, item.Description] for item in entry["Arguments"] or ()],
            }
        return found

    def _property(self, name, value):
        made = self._uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        made.Name, made.Value = name, value
        return made


def _outcome(cell):
    if cell.getError():
        return {"error": cell.getError()}
    return cell.getString() if cell.FormulaResultType2 == _TEXT_RESULT else cell.getValue()


def main():
    """Answer requests ``[method, *arguments]`` until the input ends."""
    calc = Calc(sys.argv[1])
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        try:
            answer = {"result": getattr(calc, method)(*arguments)}
        except Exception as error:
            answer = {"failed": f"{method}: {type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
