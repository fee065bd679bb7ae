"""Ctrl-C while something must be finished is put off, and not lost."""

import signal

import pytest

from dagbook.live.servers.signals import uninterrupted


@pytest.fixture(autouse=True)
def listening():
    """A process that a shell has put in the background ignores Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(finished):
    with uninterrupted():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        finished.append(True)


def test_a_ctrl_c_in_the_block_takes_effect_after_it():
    finished = []
    with pytest.raises(KeyboardInterrupt):
        interrupted(finished)
    assert finished == [True]


def test_without_a_signal_the_handlers_are_as_they_were():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with uninterrupted():
        pass
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
