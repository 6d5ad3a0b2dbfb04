"""Drives a running LibreOffice: one JSON request a line in, one JSON answer a line out.

Run by an interpreter that can ``import uno``, LibreOffice's own or the system's; it needs
nothing else. ``libreoffice.py`` beside it is the other end.
"""

import json
import sys
import time

_ERROR_NAMES = {
    503: "#NUM!",
    519: "#VALUE!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
}
_NOT_AVAILABLE = 32767
_TEXT_RESULT = 2  # com.sun.star.sheet.FormulaResult.STRING
_ERROR_RESULT = 4  # com.sun.star.sheet.FormulaResult.ERROR


class Office:
    """LibreOffice at the other end of a named pipe."""

    def __init__(self, pipe, patience=90):
        import uno

        self._uno = uno
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext(
            "com.sun.star.bridge.UnoUrlResolver", local
        )
        deadline = time.monotonic() + patience
        while True:
            try:
                context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        self._settings = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.configuration.ConfigurationProvider", context
        )
        self._context = context
        self._desktop = context.ServiceManager.createInstanceWithContext(
            "com.sun.star.frame.Desktop", context
        )
        self._document = None
        self._places = {}

    def open(self, path):
        """Open a file and compute every formula anew, whatever is stored."""
        self.close()
        hidden = self._uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        hidden.Name, hidden.Value = "Hidden", True
        url = self._uno.systemPathToFileUrl(path)
        self._document = self._desktop.loadComponentFromURL(url, "_blank", 0, (hidden,))
        self._document.calculateAll()

    def read(self):
        """All cells: ``{sheet: {address: value}}``; errors as ``{"error": name}``."""
        return {sheet.Name: self._cells(sheet) for sheet in self._document.Sheets}

    def peek(self, places):
        """Some cells, each by sheet and address."""
        sheets = self._document.Sheets
        return [
            _value(sheets.getByName(sheet).getCellRangeByName(address).getCellByPosition(0, 0))
            for sheet, address in places
        ]

    def drive(self, rows, names):
        """Per row of inputs by name: put them in, compute, read the named cells."""
        answers = []
        for row in rows:
            # Computed once, not after each of the many inputs of a row.
            self._document.addActionLock()
            for name, value in row.items():
                self._put(self._named(name), value)
            self._document.removeActionLock()
            self._document.calculate()
            answers.append({name: _value(self._named(name)) for name in names})
        return answers

    def overwritten(self, changes, names):
        """What the named cells come to with others overwritten; then all is as it was."""
        kept = {name: self._named(name).getFormula() for name in changes}
        (found,) = self.drive([changes], names)
        for name, formula in kept.items():
            self._named(name).setFormula(formula)
        self._document.calculate()
        return found

    def region(self, language):
        """Set the regional settings, such as ``de-DE``, of what is opened from now on."""
        path = self._uno.createUnoStruct("com.sun.star.beans.PropertyValue")
        path.Name, path.Value = "nodepath", "/org.openoffice.Setup/L10N"
        access = self._settings.createInstanceWithArguments(
            "com.sun.star.configuration.ConfigurationUpdateAccess", (path,)
        )
        access.setPropertyValue("ooSetupSystemLocale", language)
        access.commitChanges()

    def basic(self, modules, function, calls):
        """What a function of VBA modules gives, per list of arguments."""
        services = self._context.ServiceManager
        libraries = services.createInstanceWithContext(
            "com.sun.star.script.ApplicationScriptLibraryContainer", self._context
        )
        library = libraries.createLibrary("Tried")
        try:
            for name, text in modules.items():
                library.insertByName(name, f"Option VBASupport 1\n{text}")
            factory = services.createInstanceWithContext(
                "com.sun.star.script.provider.MasterScriptProviderFactory", self._context
            )
            script = factory.createScriptProvider("").getScript(
                f"vnd.sun.star.script:Tried.{function}?language=Basic&location=application"
            )
            return [script.invoke(tuple(call), (), ())[0] for call in calls]
        finally:
            libraries.removeLibrary("Tried")

    def close(self):
        """Close the document, if one is open."""
        if self._document is not None:
            self._document.close(True)
            self._document = None
            self._places = {}

    def terminate(self):
        """Ask LibreOffice to end."""
        self.close()
        self._desktop.terminate()

    def _named(self, name):
        if name not in self._places:
            area = self._document.NamedRanges.getByName(name).getReferredCells()
            self._places[name] = area.getCellByPosition(0, 0)
        return self._places[name]

    @staticmethod
    def _put(cell, value):
        if isinstance(value, str):
            cell.setString(value)
        elif value is None:
            cell.setFormula("")
        else:
            cell.setValue(value)

    @staticmethod
    def _cells(sheet):
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        last = cursor.getRangeAddress()
        area = sheet.getCellRangeByPosition(0, 0, last.EndColumn, last.EndRow)
        values = area.getDataArray()
        found = {
            f"{_letters(column)}{row + 1}": values[row][column]
            for row, formulas in enumerate(area.getFormulaArray())
            for column, formula in enumerate(formulas)
            if formula != ""
        }
        for cell in area.queryFormulaCells(_ERROR_RESULT).Cells:
            place = cell.CellAddress
            found[f"{_letters(place.Column)}{place.Row + 1}"] = _value(cell)
        return found


def _value(cell):
    error = cell.getError()
    if error:
        name = "#N/A" if error == _NOT_AVAILABLE else _ERROR_NAMES.get(error, f"Err:{error}")
        return {"error": name}
    kind = cell.Type.value
    if kind == "TEXT" or (kind == "FORMULA" and cell.FormulaResultType2 == _TEXT_RESULT):
        return cell.getString()
    return None if kind == "EMPTY" else cell.getValue()


def _letters(column):
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def main():
    """Answer requests ``[method, *arguments]`` until the input ends."""
    office = Office(sys.argv[1])
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        try:
            answer = {"result": getattr(office, method)(*arguments)}
        except Exception as error:
            answer = {"failed": f"{method}: {type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
