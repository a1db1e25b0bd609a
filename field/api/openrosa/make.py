"""Makes the two files that are kept beside this one: the XLSForm to read, and the form that pyxform makes of it."""

from pathlib import Path

from pyxform.xls2xform import convert

from field.api.openrosa.sheets import SURVEY, Row, sheets

FOLDER = Path(__file__).parent
COLUMNS = {"survey": SURVEY, "choices": ("list_name", "name", "label")}


def made() -> dict[str, str]:
    """The text of each file by its name."""
    source = "\n".join(line for name, rows in sheets().items() for line in _table(name, rows))
    return {"visit.md": source, "visit.xml": convert(source, file_type=".md", pretty_print=True).xform}


def _table(name: str, rows: list[Row]) -> list[str]:
    columns = COLUMNS.get(name) or tuple(rows[0])
    lines = [columns, *(tuple(row.get(column, "") for column in columns) for row in rows)]
    return [f"| {name} |", *("| | " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)]


if __name__ == "__main__":
    for file, text in made().items():
        (FOLDER / file).write_text(text, encoding="utf-8")
