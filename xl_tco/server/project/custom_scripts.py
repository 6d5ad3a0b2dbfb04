"""No scripts: xlwings Server looks for this module too, and would else search the whole path."""
