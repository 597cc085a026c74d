from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from jobs.models import Job

CSV = "/api/files/generate/csv"
XLSX = "/api/files/generate/xlsx"
HEADERS = [{"id": "name", "title": "Name"}, {"id": "n", "title": "Number"}]
ROWS = [{"name": "North", "n": 12}, {"name": "South"}]
TABLE = {"headers": HEADERS, "rows": ROWS, "fileName": "Sales"}


class RequestTableTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def post(self, table=TABLE, *, url=CSV, user=None, **extra):
        return api_client(user or self.alice).post(url, table, **extra)

    def details(self, **fields):
        table = {**TABLE, **fields}
        response = self.post({name: v for name, v in table.items() if v is not None})
        assert response.status_code == 400
        assert not Job.objects.exists()
        return response.json()["error"]["details"]

    def test_queues_a_job_of_its_kind(self):
        for url, kind in ((CSV, "csv"), (XLSX, "xlsx")):
            with self.subTest(kind):
                response = self.post(url=url)

                job = Job.objects.get(pk=response.json()["data"]["jobId"])
                assert response.status_code == 202
                assert (job.kind, job.lane) == (kind, "documents")
                assert (job.type, job.owner) == ("file-generation", self.alice)

    def test_stores_the_rows_in_the_order_of_the_headers(self):
        self.post()

        payload = Job.objects.get().payload
        assert payload["columns"] == HEADERS
        assert payload["rows"] == [["North", 12], ["South", None]]
        assert payload["file_name"] == "Sales"

    def test_names_columns_after_the_keys_of_all_rows(self):
        self.post({"rows": [{"b": 1}, {"a": 2, "b": 3}]})

        payload = Job.objects.get().payload
        assert [column["title"] for column in payload["columns"]] == ["b", "a"]
        assert payload["rows"] == [[1, None], [3, 2]]

    def test_names_a_column_after_its_id_where_it_has_no_title(self):
        self.post({"headers": [{"id": "n"}], "rows": ROWS})

        assert Job.objects.get().payload["columns"] == [{"id": "n", "title": "n"}]

    def test_keeps_keys_as_they_were_sent(self):
        self.post({"rows": [{"own_key": {"kept_asSent": 1}, " ": 2}]})

        payload = Job.objects.get().payload
        assert [column["id"] for column in payload["columns"]] == ["own_key", " "]
        assert payload["rows"] == [[{"kept_asSent": 1}, 2]]

    def test_counts_what_no_header_names(self):
        self.post({**TABLE, "rows": [{"x": 1, "y": 2}, {"name": "a"}, {"x": 3}]})

        assert Job.objects.get().payload["left_out"] == 3

    def test_asks_strangers_to_sign_in(self):
        for url in (CSV, XLSX):
            with self.subTest(url):
                assert api_client().post(url, TABLE).status_code == 401

    def test_refuses_rows_that_are_none(self):
        for rows, message in (
            (None, "This field is required."),
            ([], "Must have at least one row."),
            ({}, "Must be a list of objects."),
            ("abc", "Must be a list of objects."),
        ):
            with self.subTest(rows):
                assert self.details(rows=rows) == {"rows": [message]}

    def test_names_the_row_that_is_no_object(self):
        details = self.details(rows=[{"name": "a"}, ["b"]])

        assert details == {"rows[1]": ["Must be an object."]}

    def test_names_the_header_that_is_wrong(self):
        for headers, field in (
            ([], "headers"),
            ("name", "headers"),
            ([{"title": "Name"}], "headers[0].id"),
            ([{"id": "a"}, {"id": "a"}], "headers[1].id"),
            ([{"id": "a", "title": "x" * 501}], "headers[0].title"),
            ([{"id": "a", "width": 3}], "headers[0].width"),
            ([{"id": str(n)} for n in range(1001)], "headers"),
        ):
            with self.subTest(str(headers)[:40]):
                assert list(self.details(headers=headers)) == [field]

    def test_needs_a_key_where_there_are_no_headers(self):
        details = self.details(headers=None, rows=[{}, {}])

        assert details == {"rows[0]": ["Must have a key, or send headers."]}

    def test_refuses_more_than_1000_keys(self):
        rows = [{"a": 1}, {str(n): n for n in range(1000)}]

        assert list(self.details(headers=None, rows=rows)) == ["rows[1]"]

    def test_refuses_cells_that_are_mostly_not_there(self):
        headers = [{"id": str(n)} for n in range(1000)]

        details = self.details(headers=headers, rows=[{}] * 1001)

        assert "more than 1000000 cells" in details["rows"][0]

    def test_names_the_option_that_is_wrong(self):
        for option, value in (
            ("delimiter", "x"),
            ("delimiter", ""),
            ("quoting", "none"),
            ("encoding", "utf-7"),
            ("bom", "perhaps"),
            ("lineEnding", "cr"),
            ("escapeFormulas", "perhaps"),
            ("sheetName", "Sales"),
        ):
            with self.subTest(option=option, value=value):
                details = self.details(options={option: value})

                assert list(details) == [f"options.{option}"]

    def test_refuses_a_byte_order_mark_where_it_has_no_place(self):
        details = self.details(options={"encoding": "windows-1252", "bom": True})

        assert list(details) == ["options.bom"]

    def test_refuses_sheet_names_that_excel_does_not_take(self):
        for name in (
            "x" * 32,
            "\U0001f600" * 16,
            "a/b",
            "a\\b",
            "[a]",
            "a:b",
            "a*",
            "a?",
            "'a",
            "History",
        ):
            with self.subTest(name):
                table = {**TABLE, "options": {"sheetName": name}}

                response = self.post(table, url=XLSX)

                details = response.json()["error"]["details"]
                assert list(details) == ["options.sheetName"]

    def test_makes_a_name_for_a_file_of_what_was_sent(self):
        for sent, name in (
            ("Sales.csv", "Sales"),
            ("Sales.XLSX", "Sales"),
            ("../../etc/passwd", "..-..-etc-passwd"),
            ("C:\\x", "C:-x"),
        ):
            with self.subTest(sent):
                response = self.post({**TABLE, "fileName": sent})

                job = Job.objects.get(pk=response.json()["data"]["jobId"])
                assert job.payload["file_name"] == name

    def test_stores_the_options_that_were_sent_alone(self):
        options = {"delimiter": ";", "lineEnding": "lf", "priority": 2}

        self.post({**TABLE, "options": options})

        job = Job.objects.get()
        assert job.payload["options"] == {"delimiter": ";", "line_ending": "lf"}
        assert job.priority == 2

    def test_refuses_other_types(self):
        response = self.post("a;b", content_type="text/csv")

        assert response.status_code == 415
