"""What the tests of the client at the doubles of providers share."""

from client_case import failed
from provider_doubles import DOUBLES


def is_person(got, name):
    """Whether it is the double's person, and nobody is vouched for else."""
    double = DOUBLES[name]
    assert (got["result"], got["text"]) == ("OK", ""), got
    assert (got["sub"], got["email"]) == (double.sub, double.email)
    assert got["email_verified"] == int(double.takes_email)
    return True


def has_none(got):
    """Whether somebody is told, without an email."""
    assert (got["result"], got["email"]) == ("OK", None), got
    assert got["email_verified"] == 0
    return True


def refused(got, cause="protocol"):
    """Whether nobody is told."""
    return failed(got, "GET_PROFILE", cause)
