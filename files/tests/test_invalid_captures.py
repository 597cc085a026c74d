from files.tests.capturing import browser
from files.tests.refusals import RefusalTestCase

PAGE = "https://example.com/"
COOKIE = {"name": "a", "value": "b"}
FULL_HD = {"width": 1920, "height": 1080}


def with_options(**options):
    return {"url": PAGE, "options": options}


def with_cookie(**fields):
    return with_options(cookies=[{**COOKIE, **fields}])


def with_header(name, value="x"):
    return with_options(extraHttpHeaders={name: value})


def clip(**fields):
    return {"x": 0, "y": 0, "width": 10, "height": 10, **fields}


OF_BOTH = {
    "nothing": ({}, {"url"}),
    "both": ({"url": PAGE, "html": "<p>"}, {"html"}),
    "url is null": ({"url": None}, {"url"}),
    "url is a list": ({"url": [PAGE]}, {"url"}),
    "empty html": ({"html": ""}, {"html"}),
    "long html": ({"html": "x" * 2_000_001}, {"html"}),
    "unknown field": ({"url": PAGE, "colour": "red"}, {"colour"}),
    "unknown option": (with_options(full_page=True), {"options.full_page"}),
    "options is null": ({"url": PAGE, "options": None}, {"options"}),
    "options is a text": ({"url": PAGE, "options": "fast"}, {"options"}),
    "viewport is null": ({"url": PAGE, "viewport": None}, {"viewport"}),
    "small viewport": (
        {"url": PAGE, "viewport": {"width": 15, "height": 15}},
        {"viewport.width", "viewport.height"},
    ),
    "large viewport": (
        {"url": PAGE, "viewport": {"width": 3841, "height": 4321}},
        {"viewport.width", "viewport.height"},
    ),
    "viewport of halves": (
        {"url": PAGE, "viewport": {"width": 99.5, "depth": 1}},
        {"viewport.width", "viewport.depth"},
    ),
    "long file name": ({"url": PAGE, "fileName": "x" * 201}, {"fileName"}),
    "file that vanished": (
        with_options(expiresAt="2020-01-01T00:00:00Z"),
        {"options.expiresAt"},
    ),
    "bad waitUntil": (with_options(waitUntil="idle"), {"options.waitUntil"}),
    "long waitForSelector": (
        with_options(waitForSelector="x" * 1001),
        {"options.waitForSelector"},
    ),
    "blank waitForSelector": (
        with_options(waitForSelector=" "),
        {"options.waitForSelector"},
    ),
    "long waitForExpression": (
        with_options(waitForExpression="x" * 10_001),
        {"options.waitForExpression"},
    ),
    "long waitDelay": (with_options(waitDelay=30_001), {"options.waitDelay"}),
    "negative waitDelay": (with_options(waitDelay=-1), {"options.waitDelay"}),
    "waitDelay above the time-out": (
        with_options(waitDelay=5_001, timeoutSeconds=5),
        {"options.waitDelay"},
    ),
    "no time": (with_options(timeoutSeconds=0), {"options.timeoutSeconds"}),
    "long time": (with_options(timeoutSeconds=61), {"options.timeoutSeconds"}),
    "bad media": (with_options(emulatedMedia="tv"), {"options.emulatedMedia"}),
    "bad darkMode": (with_options(darkMode="dark"), {"options.darkMode"}),
    "bad locale": (with_options(locale="xx"), {"options.locale"}),
    "bad timezone": (with_options(timezone="Europe/Bern"), {"options.timezone"}),
    "timezone is a path": (with_options(timezone="../UTC"), {"options.timezone"}),
    "no place": (with_options(timezone="Factory"), {"options.timezone"}),
    "empty userAgent": (with_options(userAgent=""), {"options.userAgent"}),
    "userAgent on two lines": (
        with_options(userAgent="a\r\nCookie: b"),
        {"options.userAgent"},
    ),
    "userAgent beyond ASCII": (with_options(userAgent="ü"), {"options.userAgent"}),
    "long userAgent": (with_options(userAgent="x" * 501), {"options.userAgent"}),
    "many hideSelectors": (
        with_options(hideSelectors=["p"] * 51),
        {"options.hideSelectors"},
    ),
    "bad hideSelectors": (
        with_options(hideSelectors=["p", "", "x" * 501]),
        {"options.hideSelectors[1]", "options.hideSelectors[2]"},
    ),
    "bad failOnHttpStatus": (
        with_options(failOnHttpStatus=404),
        {"options.failOnHttpStatus"},
    ),
    "bad dismissDialogs": (
        with_options(dismissDialogs="ok"),
        {"options.dismissDialogs"},
    ),
    "cookies and headers of html": (
        {
            "html": "<p>",
            "options": {"cookies": [COOKIE], "extraHttpHeaders": {"a": "b"}},
        },
        {"options.cookies", "options.extraHttpHeaders"},
    ),
}

SCREENSHOTS = {
    "long selector": ({"url": PAGE, "selector": "x" * 1001}, {"selector"}),
    "blank selector": ({"url": PAGE, "selector": " "}, {"selector"}),
    "bad fullPage": (with_options(fullPage="yes please"), {"options.fullPage"}),
    "bad format": (with_options(format="gif"), {"options.format"}),
    "quality of png": (with_options(quality=80), {"options.quality"}),
    "no quality": (with_options(format="jpeg", quality=0), {"options.quality"}),
    "high quality": (with_options(format="webp", quality=101), {"options.quality"}),
    "transparent jpeg": (
        with_options(format="jpeg", omitBackground=True),
        {"options.omitBackground"},
    ),
    "small scale": (
        with_options(deviceScaleFactor=0.4),
        {"options.deviceScaleFactor"},
    ),
    "large scale": (
        with_options(deviceScaleFactor=3.1),
        {"options.deviceScaleFactor"},
    ),
    "scale is no number": (
        with_options(deviceScaleFactor="NaN"),
        {"options.deviceScaleFactor"},
    ),
    "huge scale": (
        with_options(deviceScaleFactor=10**400),
        {"options.deviceScaleFactor"},
    ),
    "many pixels": (
        {
            "url": PAGE,
            "viewport": {"width": 3840, "height": 4320},
            "options": {"deviceScaleFactor": 1.5},
        },
        {"viewport"},
    ),
    "many pixels in the clip": (
        {
            "url": PAGE,
            "viewport": FULL_HD,
            "options": {"clip": clip(width=4000, height=8001)},
        },
        {"options.clip"},
    ),
    "a clip that is too long in the picture": (
        {
            "url": PAGE,
            "options": {
                "clip": clip(width=6000, height=100),
                "deviceScaleFactor": 3,
            },
        },
        {"options.clip"},
    ),
    "clip without a place": (
        with_options(clip={"width": 10}),
        {"options.clip.x", "options.clip.y", "options.clip.height"},
    ),
    "clip of nothing": (
        with_options(clip=clip(width=0, height=-1)),
        {"options.clip.width", "options.clip.height"},
    ),
    "clip outside": (
        with_options(clip=clip(x=-1, y=16_001)),
        {"options.clip.x", "options.clip.y"},
    ),
    "clip too wide": (
        with_options(clip=clip(x=15_991)),
        {"options.clip.width"},
    ),
    "clip too far down": (
        with_options(clip=clip(y=15_990.5)),
        {"options.clip.height"},
    ),
    "clip of the full page": (
        with_options(fullPage=True, clip=clip()),
        {"options.clip"},
    ),
    "clip of an element": (
        {**with_options(clip=clip()), "selector": "p"},
        {"selector"},
    ),
    "full page of an element": (
        {**with_options(fullPage=True), "selector": "p"},
        {"selector"},
    ),
    "option of the other": (with_options(pageSize="A4"), {"options.pageSize"}),
}

PAGE_PDFS = {
    "selector": ({"url": PAGE, "selector": "p"}, {"selector"}),
    "bad size": (with_options(pageSize="B5"), {"options.pageSize"}),
    "bad orientation": (with_options(orientation="up"), {"options.orientation"}),
    "bad margins": (
        with_options(margins={"top": -1, "left": 80.5, "right": "NaN", "up": 1}),
        {
            "options.margins.top",
            "options.margins.left",
            "options.margins.right",
            "options.margins.up",
        },
    ),
    "margins that leave no room": (
        with_options(pageSize="A6", margins={"left": 30, "right": 30}),
        {"options.margins"},
    ),
    "margins that leave no height": (
        with_options(
            pageSize="A6", orientation="landscape", margins={"top": 30, "bottom": 30}
        ),
        {"options.margins"},
    ),
    "small scale": (with_options(scale=0.09), {"options.scale"}),
    "large scale": (with_options(scale=2.1), {"options.scale"}),
    "long templates": (
        with_options(headerTemplate="x" * 20_001, footerTemplate="x" * 20_001),
        {"options.headerTemplate", "options.footerTemplate"},
    ),
    "option of the other": (with_options(fullPage=True), {"options.fullPage"}),
    **{
        f"pages {text!r}": (with_options(pageRanges=text), {"options.pageRanges"})
        for text in (
            "",
            "x",
            "1-",
            "-5",
            "1,,2",
            "1;2",
            "0",
            "5-1",
            "1-10000",
            "1 2",
            "\u0661",
            "9" * 501,
            ["1"],
        )
    },
}


class InvalidScreenshotTests(RefusalTestCase):
    url = "/api/files/generate/screenshot"

    def setUp(self):
        self.enterContext(browser())

    def test_names_the_field_that_is_wrong(self):
        for name, (request, fields) in {**OF_BOTH, **SCREENSHOTS}.items():
            with self.subTest(name):
                self.assert_is_refused(request, fields)


class InvalidPagePdfTests(RefusalTestCase):
    url = "/api/files/generate/page-pdf"

    def setUp(self):
        self.enterContext(browser())

    def test_names_the_field_that_is_wrong(self):
        for name, (request, fields) in {**OF_BOTH, **PAGE_PDFS}.items():
            with self.subTest(name):
                self.assert_is_refused(request, fields)
