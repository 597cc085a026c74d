from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from files.tests.capturing import browser
from jobs.models import Job

URL = "/api/files/generate/page-pdf"
PAGE = "https://example.com/"
MARGINS = {"top": 10, "right": 10, "bottom": 10, "left": 10}


class RequestPagePdfTests(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.alice = make_user()

    def setUp(self):
        self.unavailability = self.enterContext(browser())

    def post(self, request=None, **extra):
        return api_client(self.alice).post(URL, request or {"url": PAGE}, **extra)

    def payload_of(self, request):
        assert self.post(request).status_code == 202
        return Job.objects.latest("id").payload

    def options_of(self, **options):
        return self.payload_of({"html": "<p>x", "options": options})["options"]

    def test_answers_that_the_job_is_queued(self):
        response = self.post()

        job = Job.objects.get()
        assert response.status_code == 202
        assert response.headers["Location"] == f"/api/jobs/{job.pk}"
        assert (job.owner, job.kind, job.lane) == (self.alice, "page-pdf", "browser")
        assert job.type == "file-generation"

    def test_stores_the_defaults_with_the_job(self):
        assert self.payload_of({"url": PAGE}) == {
            "url": PAGE,
            "viewport": {"width": 1280, "height": 800},
            "options": {
                "wait_until": "load",
                "wait_delay": 0,
                "timeout_seconds": 30,
                "dark_mode": False,
                "fail_on_http_status": False,
                "dismiss_dialogs": False,
                "page_size": "A4",
                "orientation": "portrait",
                "margins": MARGINS,
                "scale": 1,
                "print_background": True,
                "prefer_css_page_size": False,
            },
        }

    def test_stores_all_that_is_asked_for(self):
        options = self.options_of(
            pageSize="Ledger",
            orientation="landscape",
            margins={"top": 0, "left": 12.5},
            scale=0.8,
            printBackground=False,
            preferCssPageSize=True,
            headerTemplate=" <b class=title></b>",
            footerTemplate="",
            pageRanges="2",
        )

        assert options == options | {
            "page_size": "Ledger",
            "orientation": "landscape",
            "margins": {**MARGINS, "top": 0, "left": 12.5},
            "scale": 0.8,
            "print_background": False,
            "prefer_css_page_size": True,
            "header_template": " <b class=title></b>",
            "footer_template": "",
            "page_ranges": "2",
        }

    def test_puts_page_ranges_in_order(self):
        for sent, stored in {
            "1-5, 8": "1-5,8",
            "8, 1 - 5": "1-5,8",
            "3-4,1-2": "1-4",
            "1-9,2-3,9": "1-9",
            " 7 ": "7",
            "007-9999": "7-9999",
            "2,2,2-2": "2",
        }.items():
            with self.subTest(sent):
                assert self.options_of(pageRanges=sent)["page_ranges"] == stored

    def test_knows_the_paper_of_browsers(self):
        sizes = [*(f"A{n}" for n in range(7)), "Letter", "Legal", "Tabloid", "Ledger"]
        for size in sizes:
            with self.subTest(size):
                assert self.options_of(pageSize=size)["page_size"] == size

    def test_asks_strangers_to_sign_in(self):
        response = api_client().post(URL, {"url": PAGE})

        assert response.status_code == 401
        assert not Job.objects.exists()

    def test_is_refused_where_there_is_no_browser(self):
        self.unavailability.return_value = "Install Chromium."

        response = self.post()

        error = response.json()["error"]
        assert response.status_code == 503
        assert error["type"] == "UPSTREAM_UNAVAILABLE"
        assert error["message"] == "Install Chromium."
        assert not Job.objects.exists()

    def test_makes_one_job_of_two_requests_with_one_key(self):
        headers = {"Idempotency-Key": "one"}
        first = self.post(headers=headers)

        second = self.post(headers=headers)

        assert second.json() == first.json()
        assert Job.objects.count() == 1
