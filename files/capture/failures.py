"""What can go wrong with a page, in words for whoever asked for the capture."""

from common.exceptions import ApplicationError

CERTIFICATE_PROBLEMS = {
    "AUTHORITY_INVALID": "it was not issued by anybody whom browsers trust",
    "COMMON_NAME_INVALID": "it is for another host",
    "DATE_INVALID": "it has expired, or is not valid yet",
    "REVOKED": "it was revoked",
    "WEAK_SIGNATURE_ALGORITHM": "its signature is weak",
    "WEAK_KEY": "its key is weak",
}
LOADING_PROBLEMS = {
    "ERR_ADDRESS_UNREACHABLE": "The address cannot be reached.",
    "ERR_CONNECTION_CLOSED": "The server closed the connection without an answer.",
    "ERR_CONNECTION_RESET": "The server broke the connection off.",
    "ERR_CONTENT_LENGTH_MISMATCH": "The server sent less than it had announced.",
    "ERR_EMPTY_RESPONSE": "The server closed the connection without an answer.",
    "ERR_HTTP_RESPONSE_CODE_FAILURE": "The server answers with an error alone.",
    "ERR_INCOMPLETE_CHUNKED_ENCODING": "The server broke off in the middle.",
    "ERR_INVALID_CHUNKED_ENCODING": "The server does not speak HTTP as it should.",
    "ERR_INVALID_HTTP_RESPONSE": "The server does not speak HTTP as it should.",
    "ERR_INVALID_REDIRECT": "The server redirects to something that is no web address.",
    "ERR_NAME_NOT_RESOLVED": "The host name cannot be found.",
    "ERR_TOO_MANY_REDIRECTS": "The page redirects in circles: more than 20 times.",
    "ERR_UNKNOWN_URL_SCHEME": "The page leads to an address that is not of the web.",
    "ERR_UNSAFE_PORT": "Browsers do not load pages from this port.",
    "ERR_UNSAFE_REDIRECT": "The page leads to an address that is not of the web.",
}
ABORTED = "net::ERR_ABORTED"
DOWNLOAD = (
    "The address offers a download rather than a page: fetch it without a browser."
)
CRASHED = "The page crashed the browser's tab: it may need too much memory."
TEMPLATE_CRASHED = (
    "The browser's tab crashed when it printed headerTemplate and footerTemplate: they "
    "can load nothing, so write styles into them and name no fonts, links or images."
)


class CaptureFailed(ApplicationError):
    """The page cannot be captured."""


def explain(error_text: str) -> str:
    """Return what Chromium's network error, such as `net::ERR_TIMED_OUT`, means."""
    code = error_text.removeprefix("net::")
    if code in LOADING_PROBLEMS:
        return LOADING_PROBLEMS[code]
    if code.startswith("ERR_CERT_"):
        problem = CERTIFICATE_PROBLEMS.get(code.removeprefix("ERR_CERT_"))
        reason = f": {problem}" if problem else f" ({code})"
        return f"The certificate of the server is not valid{reason}."
    if code.startswith(("ERR_SSL_", "ERR_TLS_", "ERR_BAD_SSL_")):
        return f"The server does not speak TLS as it should ({code})."
    if error_text == ABORTED:
        return "The server answered without a page."
    return f"The page cannot be loaded ({code})."
