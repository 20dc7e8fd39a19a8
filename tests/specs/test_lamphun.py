"""The generated members of Lamphun meet the printed totals of seed 000, are nobody, and are always the same."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter, defaultdict
from datetime import date

from contracts.areas import AreaLevel, level, parent, within
from services.chassis.thai import citizen_number, is_generated_number, read_date
from services.cli import lamphun
from services.cli.areas import area_rows
from services.cli.lamphun import UNCOVERED_ASSUMED, lamphun_rows, village_rows

ROWS = list(lamphun_rows())
TAMBONS = [row.code for row in area_rows() if row.level == AreaLevel.TAMBON and within(row.code, "51")]
ISO = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
FISCAL_YEAR_BEGAN = date(2021, 10, 1)


def test_the_printed_totals_are_met():
    villages = {row.area for row in ROWS}
    assert len(ROWS) == 3348
    assert len(villages) == 405
    assert len({parent(village) for village in villages}) == 48
    assert len({parent(parent(village)) for village in villages}) == 8
    assert lamphun.TARGET == 3516


def test_every_village_of_the_area_file_has_a_member_and_says_that_it_is_an_example():
    rows = list(village_rows())
    assert [row.code for row in rows] == sorted({row.area for row in ROWS})
    assert all(level(row.code) == row.level == "village" for row in rows)
    assert all("(ตัวอย่าง)" in row.name_th and "(example)" in row.name_en for row in rows)
    assert all(parent(row.code) in TAMBONS for row in rows)


def test_the_uncovered_tambons_follow_the_stated_rule():
    by_district = defaultdict(list)
    for tambon in TAMBONS:
        by_district[parent(tambon)].append(tambon)
    largest = sorted(by_district.values(), key=len, reverse=True)[:3]
    assert {max(tambons) for tambons in largest} == set(UNCOVERED_ASSUMED)
    assert set(TAMBONS) - {parent(row.area) for row in ROWS} == set(UNCOVERED_ASSUMED)


def test_every_person_is_marked_as_generated_and_nobody_twice():
    assert all(row.generated == lamphun.GENERATED and row.network == "tsm" for row in ROWS)
    assert all(row.given_name.startswith("ตัวอย่าง") and row.family_name.startswith("สมมุติ") for row in ROWS)
    assert len({(row.given_name, row.family_name) for row in ROWS}) == len(ROWS)
    numbers = {citizen_number(row.citizen_id) for row in ROWS}
    assert len(numbers) == len(ROWS)
    assert all(map(is_generated_number, numbers))
    cards = [row.card_no for row in ROWS if row.card_no]
    assert len(set(cards)) == len(cards) > 2500


def test_dates_are_weekdays_in_order_and_none_after_the_day_of_the_count():
    for row in ROWS:
        born, applied, registered = map(read_date, (row.birth_date, row.applied_on, row.registered_on))
        assert 20 <= (applied - born).days / 365.25 <= 66
        work = [applied, registered, *([read_date(row.card_issued_on)] if row.card_issued_on else [])]
        assert work == sorted(work)
        assert work[-1] <= date(2021, 11, 26)
        assert all(day.weekday() < 5 for day in work)
        assert bool(row.card_no) == bool(row.card_issued_on)
        assert row.old_or_new == ("old" if registered < FISCAL_YEAR_BEGAN else "new")


def test_there_are_old_and_new_members():
    counts = Counter(row.old_or_new for row in ROWS)
    assert counts["old"] > 3000
    assert counts["new"] > 150


def test_some_rows_are_typed_as_officers_type():
    typed = [row for row in ROWS if not re.fullmatch(ISO, row.registered_on)]
    assert len(typed) == 67
    assert any("๒๕" in row.registered_on for row in typed)
    assert any("/" in row.registered_on for row in typed)
    assert any("-" in row.citizen_id for row in typed)


def test_the_files_are_the_same_bytes_every_time():
    digests = []
    for write, rows in [(lamphun.write_members, 3348), (lamphun.write_villages, 405)]:
        file = io.StringIO()
        assert write(file) == rows
        digests.append(hashlib.sha256(file.getvalue().encode()).hexdigest()[:16])
    assert digests == ["eb5f1fe640aaf1cc", "7b2d92bd0313fada"]
