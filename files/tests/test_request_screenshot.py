from django.test import TestCase

from accounts.tests.factories import api_client, make_user
from files.tests.capturing import browser
from files.tests.factories import limits
from jobs.models import Job
from jobs.tests.factories import waiting_clock

URL = "/api/files/generate/screenshot"
PAGE = "https://example.com/"
FUTURE = 4_000_000_000
COOKIE = {"name": "session", "value": "abc"}


EVERYTHING = {
    "url": PAGE,
    "selector": "#chart",
    "viewport": {"width": 390, "height": 844},
    "fileName": "Chart",
    "options": {
        "waitUntil": "networkidle2",
        "waitForSelector": ".ready",
        "waitForExpression": "window.ready",
        "waitDelay": 250,
        "timeoutSeconds": 60,
        "emulatedMedia": "print",
        "darkMode": True,
        "locale": "de-CH",
        "timezone": "Europe/Zurich",
        "userAgent": "Camera/1.0",
        "cookies": [
            {
                **COOKIE,
                "domain": ".Example.com",
                "path": "/app",
                "expires": FUTURE,
                "secure": True,
                "httpOnly": True,
                "sameSite": "None",
            }
        ],
        "extraHttpHeaders": {"X-Api_Key": "secret"},
        "hideSelectors": [".banner", "#ad"],
        "failOnHttpStatus": True,
        "dismissDialogs": True,
        "format": "webp",
        "quality": 70,
        "deviceScaleFactor": 2.5,
        "omitBackground": True,
    },
}


class RequestScreenshotTestCase(TestCase):
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
        return self.payload_of({"url": PAGE, "options": options})["options"]


class RequestScreenshotTests(RequestScreenshotTestCase):
    def test_answers_that_the_job_is_queued(self):
        response = self.post()

        job = Job.objects.get()
        assert response.status_code == 202
        assert response.headers["Location"] == f"/api/jobs/{job.pk}"
        assert response.json()["data"]["jobId"] == job.pk

    def test_queues_it_for_the_browser(self):
        self.post()

        job = Job.objects.get()
        assert (job.owner, job.kind, job.lane) == (self.alice, "screenshot", "browser")
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
                "full_page": False,
                "format": "png",
                "device_scale_factor": 1,
                "omit_background": False,
            },
        }

    def test_stores_all_that_is_asked_for(self):
        assert self.payload_of(EVERYTHING) == {
            "url": PAGE,
            "selector": "#chart",
            "viewport": {"width": 390, "height": 844},
            "file_name": "Chart",
            "options": {
                "wait_until": "networkidle2",
                "wait_for_selector": ".ready",
                "wait_for_expression": "window.ready",
                "wait_delay": 250,
                "timeout_seconds": 60,
                "emulated_media": "print",
                "dark_mode": True,
                "locale": "de-CH",
                "timezone": "Europe/Zurich",
                "user_agent": "Camera/1.0",
                "cookies": [
                    {
                        "name": "session",
                        "value": "abc",
                        "domain": "example.com",
                        "path": "/app",
                        "expires": FUTURE,
                        "secure": True,
                        "http_only": True,
                        "same_site": "None",
                    }
                ],
                "extra_http_headers": {"X-Api_Key": "secret"},
                "hide_selectors": [".banner", "#ad"],
                "fail_on_http_status": True,
                "dismiss_dialogs": True,
                "full_page": False,
                "format": "webp",
                "quality": 70,
                "device_scale_factor": 2.5,
                "omit_background": True,
            },
        }

    def test_stores_a_clip_as_it_was_sent(self):
        clip = {"x": 0, "y": 10.5, "width": 100, "height": 15_989.5}

        assert self.options_of(clip=clip)["clip"] == clip

    def test_takes_html_as_it_is(self):
        html = "  <p>ü\n</p> "

        payload = self.payload_of({"html": html})

        assert payload["html"] == html
        assert "url" not in payload

    def test_takes_a_full_page_beside_a_large_picture(self):
        options = self.options_of(fullPage=True, deviceScaleFactor=3)

        assert options["full_page"] is True

    def test_takes_a_cookie_for_the_host_alone(self):
        cookie = {"name": "__Host-id", "value": '"1"', "secure": True}

        stored = self.options_of(cookies=[cookie])["cookies"]

        assert stored == [{**cookie, "path": "/", "http_only": False}]

    def test_asks_strangers_to_sign_in(self):
        response = api_client().post(URL, {"url": PAGE})

        assert response.status_code == 401
        assert not Job.objects.exists()

    def test_answers_no_get(self):
        assert api_client(self.alice).get(URL).status_code == 405

    def test_makes_one_job_of_two_requests_with_one_key(self):
        headers = {"Idempotency-Key": "one"}
        first = self.post(headers=headers)

        second = self.post(headers=headers)

        assert second.json() == first.json()
        assert second.headers["Idempotency-Replayed"] == "true"
        assert Job.objects.count() == 1

    def test_refuses_another_request_with_the_same_key(self):
        headers = {"Idempotency-Key": "one"}
        self.post(headers=headers)

        response = self.post({"url": PAGE, "selector": "p"}, headers=headers)

        assert response.status_code == 422

    def test_waits_for_the_end_where_that_is_preferred(self):
        with waiting_clock(on_sleep=lambda: Job.objects.get().cancel()):
            response = self.post(headers={"Prefer": "wait=10"})

        assert response.status_code == 200
        assert response.json()["data"]["status"] == "cancelled"

    def test_is_refused_where_the_user_has_no_room(self):
        with limits(user_bytes=0):
            response = self.post()

        assert response.status_code == 403
        assert response.json()["error"]["type"] == "QUOTA_EXCEEDED"


class AddressTests(RequestScreenshotTestCase):
    def test_is_stored_as_it_is_sent(self):
        addresses = {
            "https://Bücher.example/": "https://xn--bcher-kva.example/",
            "https://例え.jp:443/漢?q=ü": "https://xn--r8jz45g.jp:443/%E6%BC%A2?q=%C3%BC",
            "https://example.com/a b": "https://example.com/a%20b",
            "https://example.com/%41?a=1&b=%20#ü/x": "https://example.com/%41?a=1&b=%20#%C3%BC/x",
            "  https://example.com/  ": "https://example.com/",
            "HTTP://EXAMPLE.com": "http://EXAMPLE.com",
            "http://\uff45\uff58ample.com/": "http://example.com/",
        }
        for sent, stored in addresses.items():
            with self.subTest(sent):
                assert self.payload_of({"url": sent})["url"] == stored


class UnavailableTests(RequestScreenshotTestCase):
    REASON = "Install the package chromium-headless-shell."

    def test_says_what_to_install(self):
        self.unavailability.return_value = self.REASON

        response = self.post()

        error = response.json()["error"]
        assert response.status_code == 503
        assert (error["type"], error["message"]) == (
            "UPSTREAM_UNAVAILABLE",
            self.REASON,
        )
        assert response.headers["Retry-After"] == "30"
        assert not Job.objects.exists()

    def test_still_tells_of_a_job_that_was_submitted(self):
        headers = {"Idempotency-Key": "one"}
        self.post(headers=headers)

        self.unavailability.return_value = self.REASON
        response = self.post(headers=headers)

        assert response.status_code == 202

    def test_says_first_what_is_wrong_with_the_request(self):
        self.unavailability.return_value = self.REASON

        response = self.post({"selector": "p"})

        assert response.status_code == 400
