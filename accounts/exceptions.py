from common.exceptions import ApplicationError, Conflict, Forbidden


class EmailTaken(Conflict):
    """There is an account with this e-mail address already. Sign in instead."""


class SignUpClosed(Forbidden):
    """Sign-up is closed. Ask the operator for an account."""


class WrongCredentials(ApplicationError):
    """The e-mail address or the password is wrong."""

    type = "UNAUTHENTICATED"
