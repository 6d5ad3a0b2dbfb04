"""The functions in LibreOffice Calc: the extension, the component in it, its installation."""
