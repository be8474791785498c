"""Ctrl-C that gets lost, and Ctrl-C that waits."""

import signal
import threading
from contextlib import suppress

import pytest

from skbayes._interrupts import interrupts_end, interrupts_wait


@pytest.fixture(autouse=True)
def handler():
    """Have Ctrl-C raise KeyboardInterrupt, and see to it that it does so afterwards."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


def caught():
    """Do what some estimators do."""
    with suppress(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_an_interrupt_that_is_caught_ends_the_body_nevertheless():
    is_at_end = False
    with pytest.raises(KeyboardInterrupt), interrupts_end():
        caught()
        is_at_end = True
    assert is_at_end


def test_one_that_is_not_caught_is_raised_at_once():
    with pytest.raises(KeyboardInterrupt), interrupts_end():
        signal.raise_signal(signal.SIGINT)
        pytest.fail("the body goes on")


def test_one_that_waits_is_raised_at_the_end():
    is_at_end = False
    with pytest.raises(KeyboardInterrupt), interrupts_wait():
        signal.raise_signal(signal.SIGINT)
        is_at_end = True
    assert is_at_end


def test_what_the_body_raises_comes_before_what_waits():
    with pytest.raises(ValueError, match="first"), interrupts_wait():
        signal.raise_signal(signal.SIGINT)
        raise ValueError("first")


@pytest.mark.parametrize("context", [interrupts_end, interrupts_wait])
def test_a_handler_of_the_user_is_called(context):
    calls = []
    signal.signal(signal.SIGINT, lambda number, frame: calls.append(number))
    try:
        with context():
            signal.raise_signal(signal.SIGINT)
        assert calls == [signal.SIGINT]
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize("context", [interrupts_end, interrupts_wait])
def test_other_threads_change_nothing(context):
    found = []

    def run():
        with context():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [signal.default_int_handler]


@pytest.mark.parametrize("context", [interrupts_end, interrupts_wait])
def test_nothing_changes_where_no_function_handles_it(context):
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with context():
            signal.raise_signal(signal.SIGINT)
            assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
