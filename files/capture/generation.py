"""Makes the files of captures."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import BinaryIO
from urllib.parse import urlsplit

from common.egress import MAX_URL_LENGTH
from files.capture.apart import Call, run_apart
from files.capture.browser import remove_browser
from files.capture.capture import capture
from files.capture.loading import Page, View
from files.capture.page_pdf import print_page
from files.capture.screenshot import take_screenshot
from files.generation import claim_stem, discard_files, generate_file
from jobs.handlers import Outcome
from jobs.models import Job

MAX_BLOCKED = 20

Write = Callable[[bytes], None]


@dataclass(frozen=True, kw_only=True)
class Captured:
    """What there is to say of a page that was captured."""

    title: str
    facts: dict
    warnings: list[str] = field(default_factory=list)


Take = Callable[[Page, Write], Awaitable[Captured]]


def discard_capture(job: Job) -> None:
    """Remove what a claim that ended without a result may have left running."""
    remove_browser(claim_stem(job))
    discard_files(job)


def generate_capture(job: Job, *, extension: str, take: Take) -> Outcome:
    """Have `take` make the file of the job's page; the result tells of the `page`.

    Raises CaptureFailed and what `capture` raises.
    """
    captured: Captured | None = None

    def write(file: BinaryIO) -> list[str]:
        nonlocal captured
        captured = run_apart(partial(_capture, job, file, take))
        return captured.warnings

    def title() -> str:
        return job.payload.get("file_name") or captured.title

    outcome = generate_file(job, extension=extension, title=title, write=write)
    return replace(outcome, result={**outcome.result, "page": captured.facts})


def _capture(
    job: Job,
    file: BinaryIO,
    take: Take,
    call: Callable[[Call], None],
) -> Awaitable[Captured]:
    """Return the coroutine of a capture, which leaves to `call` what must be done in
    the worker's main thread."""
    return capture(
        job.payload,
        name=claim_stem(job),
        take=lambda page: take(page, lambda data: call(partial(file.write, data))),
        report=lambda percent, message: call(
            partial(job.report_progress, percent, message)
        ),
    )


async def screenshot(page: Page, write: Write) -> Captured:
    shot, view = await page.drawn(partial(take_screenshot, page))
    write(shot.data)
    captured = _captured(page, view)
    return replace(
        captured,
        facts={**captured.facts, "width": shot.width, "height": shot.height},
        warnings=[*captured.warnings, *shot.warnings],
    )


async def page_pdf(page: Page, write: Write) -> Captured:
    return _captured(page, await print_page(page, write))


def _captured(page: Page, view: View) -> Captured:
    has_url = "url" in page.request
    blocked = [
        {"host": host, "port": port, "reason": reason}
        for (host, port), reason in page.proxy.refused.items()
    ]
    dialogs = [f'A dialog was dismissed: "{text}".' for text in page.dialogs]
    return Captured(
        title=view.title or urlsplit(page.request.get("url", "")).hostname or "Page",
        facts={
            "finalUrl": view.url[:MAX_URL_LENGTH] if has_url else None,
            "httpStatus": view.status if has_url else None,
            "title": view.title,
            "blocked": blocked[:MAX_BLOCKED],
            "blockedCount": len(blocked),
        },
        warnings=[*dialogs[:MAX_BLOCKED], *_cut(view.url if has_url else "")],
    )


def _cut(url: str) -> list[str]:
    """Return a warning where a URL is too long to be told in full."""
    if len(url) <= MAX_URL_LENGTH:
        return []
    return [f"finalUrl is cut: it has {len(url):,} characters."]
