"""The area register of Thailand as rows of the public area import, from GeoThai."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TextIO

import geothai

from contracts.areas import AreaLevel

CREDIT = (
    "Area codes and names: GeoThai (https://github.com/GeoThai/data), © 2026 Pongsakorn Thipayanate, CC BY 4.0; "
    "from the Department of Provincial Administration (กรมการปกครอง)"
)
"""What the licence asks to be shown where the data is shown."""

COUNTS = {AreaLevel.PROVINCE: 77, AreaLevel.DISTRICT: 928, AreaLevel.TAMBON: 7436}
"""How many areas of each level the pinned release of GeoThai has."""


class AreaRow(NamedTuple):
    """One row of the area import; `level` is a value of `AreaLevel`, `valid_from` a date or empty (not known)."""

    code: str
    level: str
    name_th: str
    name_en: str
    valid_from: str


def area_rows() -> Iterator[AreaRow]:
    """Every province, district and tambon in force, by code, each after the area that it lies in."""
    for province in geothai.provinces():
        yield AreaRow(province.code, AreaLevel.PROVINCE, province.name_th, province.name_en, "")
        for district in geothai.districts(province.code):
            yield AreaRow(district.code, AreaLevel.DISTRICT, district.name_th, district.name_en, "")
            for tambon in geothai.subdistricts(district.code):
                yield AreaRow(tambon.code, AreaLevel.TAMBON, tambon.name_th, tambon.name_en, "")


def write_areas(file: TextIO) -> int:
    """Write the register to a file opened with `encoding="utf-8", newline=""`; returns the rows written."""
    return write_csv(AreaRow._fields, area_rows(), file)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str]], file: TextIO) -> int:
    """Write header and rows as CSV with line ends of one byte; returns the rows written."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    written = 0
    for row in rows:
        writer.writerow(row)
        written += 1
    return written
