"""What officers type is read as they mean it, and what could mean two things is refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.th import pin

from contracts.calendar import FIRST_DAY, buddhist_year
from services.chassis.thai import (
    Unreadable,
    arabic_digits,
    citizen_number,
    generated_citizen_number,
    gregorian,
    is_generated_number,
    long_date,
    numeric_date,
    read_date,
    short_date,
    thai_digits,
    thai_number,
)

days = st.dates(FIRST_DAY, date(2157, 12, 31))
SEED_DAY = date(2021, 11, 26)


@pytest.mark.parametrize(
    "typed",
    [
        "๒๖ พฤศจิกายน ๒๕๖๔",
        "26 พ.ย. 2564",
        "26 พย 2564",
        "26พ.ย.2564",
        "26 พ. ย. พ.ศ. 2564",
        "วันที่ ๒๖ เดือนพฤศจิกายน พ.ศ. ๒๕๖๔",
        "26 พ.ย. 2021",
        "26 พฤศจิกายน ค.ศ. 2021",
        "26/11/2564",
        "๒๖/๑๑/๒๕๖๔",
        "26-11-2564",
        "26.11.2564",
        " 26 / 11 / 2564 ",
        "2564-11-26",
        "2021-11-26",
        "\ufeff2021-11-26\u200b",
        date(2021, 11, 26),
        datetime(2021, 11, 26, 9, 30),  # noqa: DTZ001  (a spreadsheet cell has no zone)
    ],
)
def test_the_forms_that_officers_type_are_read(typed: str | date):
    assert read_date(typed) == SEED_DAY
    assert type(read_date(typed)) is date


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "date-unreadable"),
        ("เร็ว ๆ นี้", "date-unreadable"),
        ("26 พ.ศ. 2564", "date-unreadable"),
        ("26 ธันวา 2564", "date-unreadable"),
        ("26/11-2564", "date-unreadable"),
        ("26 11 2564", "date-unreadable"),
        ("٢٦/11/2564", "date-unreadable"),
        ("26/11/64", "date-year-digits"),
        ("26 พ.ย. 64", "date-year-digits"),
        ("26/11/25640", "date-year-digits"),
        ("26 พฤศจิกายน ค.ศ. 2568", "date-era"),
        ("26 พฤศจิกายน พ.ศ. 2021", "date-era"),
        ("26/11/1445", "date-era"),
        ("3107-11-26", "date-era"),
        ("0000-11-26", "date-era"),
        (date(2568, 11, 26), "date-era"),
        ("03/04/2021", "date-order"),
        ("29/02/2564", "date-impossible"),
        ("31 เม.ย. 2564", "date-impossible"),
        ("2564-13-01", "date-impossible"),
        ("1 ม.ค. 2483", "date-impossible"),
        ("1889-03-31", "date-impossible"),
        (date(1889, 3, 31), "date-impossible"),
    ],
)
def test_what_is_no_date_or_could_be_two_is_refused_with_its_reason(typed: str | date, code: str):
    with pytest.raises(Unreadable) as refused:
        read_date(typed)
    assert refused.value.code == code
    assert refused.value.th != refused.value.en != ""


def test_a_mixed_up_era_says_what_happened():
    for typed, hint in [("1 ม.ค. 1445", "taken away twice"), ("1 ม.ค. 3107", "added twice")]:
        with pytest.raises(Unreadable, match=hint):
            read_date(typed)
    with pytest.raises(Unreadable, match=r"2568 is a B\.E\. year used as C\.E\."):
        gregorian(date(2568, 1, 1))


@given(days, st.booleans())
def test_every_date_that_we_write_is_read_back(day: date, thai: bool):
    for write in (long_date, short_date, numeric_date):
        assert read_date(write(day, thai=thai)) == day
    assert read_date(day.isoformat()) == day
    assert read_date(f"{buddhist_year(day)}{day:-%m-%d}") == day


@given(st.text(max_size=40))
def test_any_text_is_a_date_or_unreadable_and_nothing_else_happens(text: str):
    with suppress(Unreadable):
        assert read_date(text) >= FIRST_DAY


def test_dates_are_written_as_on_forms_and_on_screens():
    assert long_date(SEED_DAY) == "๒๖ พฤศจิกายน ๒๕๖๔"
    assert short_date(SEED_DAY) == "๒๖ พ.ย. ๒๕๖๔"
    assert numeric_date(SEED_DAY) == "๒๖/๑๑/๒๕๖๔"
    assert long_date(SEED_DAY, thai=False) == "26 พฤศจิกายน 2564"


@given(st.text())
def test_thai_digits_come_back_as_arabic_ones(text: str):
    assert arabic_digits(thai_digits(text)) == arabic_digits(text)


def test_numbers_are_grouped_in_thai_digits():
    assert thai_number(262338) == "๒๖๒,๓๓๘"
    assert arabic_digits("๓,๓๔๘ คน") == "3,348 คน"


def test_a_citizen_number_is_read_with_dashes_blanks_and_thai_digits():
    number = generated_citizen_number(42)
    dashed = f"{number[0]}-{number[1:5]}-{number[5:10]}-{number[10:12]}-{number[12]}"
    for typed in (number, dashed, thai_digits(dashed), dashed.replace("-", " "), f" {number}\u200b"):
        assert citizen_number(typed) == number


@given(st.integers(0, 9_999_999), st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_found_or_leaves_the_checksum_true(n: int, place: int, change: int):
    number = generated_citizen_number(n)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    if pin.is_valid(wrong):  # modulo 11 folded into one digit lets a few changes pass: 0 and 10, 1 and 11
        assert citizen_number(wrong) == wrong
    else:
        with pytest.raises(Unreadable):
            citizen_number(wrong)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "citizen-number-length"),
        ("110000", "citizen-number-length"),
        ("1000000000000๙๙", "citizen-number-length"),
        ("10000000000AB", "citizen-number-characters"),
        ("0000000000001", "citizen-number-first-digit"),
        ("9000000000001", "citizen-number-first-digit"),
        ("1000000000000", "citizen-number-checksum"),
    ],
)
def test_a_wrong_citizen_number_is_refused_without_repeating_it(typed: str, code: str):
    with pytest.raises(Unreadable) as refused:
        citizen_number(typed)
    assert refused.value.code == code
    assert not typed or typed not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.integers(0, 9_999_999))
def test_a_generated_number_passes_every_check_and_names_no_office(n: int):
    number = generated_citizen_number(n)
    assert citizen_number(number) == number
    assert is_generated_number(number)
    assert number[1:5] == "0000"


@pytest.mark.parametrize("n", [-1, 10_000_000])
def test_there_are_ten_million_generated_numbers(n: int):
    with pytest.raises(ValueError, match="not"):
        generated_citizen_number(n)
