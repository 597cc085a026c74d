from common.exceptions import Conflict, Forbidden, Unauthenticated


class EmailTaken(Conflict):
    """There is an account with this e-mail address already. Sign in instead."""


class SignUpClosed(Forbidden):
    """Sign-up is closed. Ask the operator for an account."""


class WrongCredentials(Unauthenticated):
    """The e-mail address or the password is wrong."""
