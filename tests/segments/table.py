"""The table of conditions in the README, written from the catalogue: `python -m tests.segments.table`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from backend.segments.language import catalogue

README = Path(__file__).resolve().parents[2] / "backend" / "segments" / "README.md"
_BEGIN, _END = "<!-- conditions: begin -->", "<!-- conditions: end -->"


def table() -> str:
    """A line for each condition."""
    lines = ["| condition | what | op | value | further parts |", "|---|---|---|---|---|"]
    for each in catalogue():
        if each["group"] == "campaigns":
            continue
        ops = " ".join(f"`{op['name']}`" for op in each["ops"])
        parts = ", ".join(
            f"`{part['name']}`{'' if part['required'] else '?'} {_value(part)}" for part in each["parameters"]
        )
        lines.append(f"| `{each['name']}` | {each['en']} | {ops} | {_value(each['value'])} | {parts} |")
    return "\n".join(lines)


def _value(value: dict[str, Any]) -> str:
    said = value["kind"]
    if "choices" in value:
        choices = [choice["value"] for choice in value["choices"]]
        said = "a currency" if value.get("name") == "currency" else " ".join(f"`{each}`" for each in choices)
    elif "low" in value:
        said = f"{said} {value['low']}–{value['high']}"
    return f"{said}, one or a list" if value.get("many") else said


def written(text: str) -> bool:
    """Whether a README has the table as it is now."""
    return text == _renewed(text)


def _renewed(text: str) -> str:
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{table()}\n{_END}{after}"


if __name__ == "__main__":
    README.write_text(_renewed(README.read_text("utf-8")), "utf-8")
