"""The crew: what is urgent goes first, who waits makes room, and nobody is waited for."""

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from jira_usage.crew import (
    IN_FLIGHT,
    MOST_BIG,
    WAITING_PAGES,
    Crew,
    Kind,
    Share,
    once,
)
from jira_usage.errors import JiraUsageError, PagingBroken


def refuse(error: JiraUsageError) -> None:
    raise error


def finish(crew: Crew) -> None:
    for step, _ in enumerate(crew.run()):
        assert step < 10_000


def test_pages_are_taken_by_the_one_thread_that_runs_the_crew() -> None:
    here, taken, done = threading.current_thread(), [], []

    def pages() -> Iterator[int]:
        assert threading.current_thread() is not here
        yield from (1, 2, 3)

    def take(page: int) -> None:
        assert threading.current_thread() is here
        taken.append(page)

    with Crew(threading.Event()) as crew:
        crew.read(pages, take, refuse, lambda: done.append(True))
        finish(crew)
    assert taken == [1, 2, 3] and done == [True]


def test_an_error_comes_after_the_pages_before_it() -> None:
    heard: list[object] = []

    def pages() -> Iterator[int]:
        yield 1
        raise PagingBroken("no more")

    with Crew(threading.Event()) as crew:
        crew.read(pages, heard.append, heard.append)
        finish(crew)
    assert heard[0] == 1 and isinstance(heard[1], PagingBroken)


def test_a_mistake_in_a_job_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError), Crew(threading.Event()) as crew:
        crew.read(once(lambda: 1 // 0), print, refuse)
        finish(crew)


def test_what_is_urgent_goes_first() -> None:
    order: list[str] = []
    gate = threading.Event()
    with Crew(threading.Event(), in_flight=1) as crew:
        crew.read(once(gate.wait), lambda _: None, refuse)
        for name in ("slow", "slower"):
            crew.read(once(partial(order.append, name)), lambda _: None, refuse)
        crew.read(
            once(lambda: order.append("urgent")),
            lambda _: None,
            refuse,
            kind=Kind("u", urgent=True),
        )
        gate.set()
        finish(crew)
    assert order == ["urgent", "slow", "slower"]


class Meter:
    """How many were inside at once."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def visit(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(0.01)
        with self._lock:
            self.now -= 1


def test_no_more_are_in_flight_than_agreed() -> None:
    all_, few = Meter(), Meter()

    def visit_both() -> None:
        few.visit()

    with Crew(threading.Event()) as crew:
        for _ in range(40):
            crew.read(once(all_.visit), lambda _: None, refuse)
            crew.read(once(visit_both), lambda _: None, refuse, kind=Kind("few", most=2))
        finish(crew)
    assert 1 < all_.most <= IN_FLIGHT
    assert few.most <= 2


def test_who_waits_for_a_limited_endpoint_makes_room_for_others() -> None:
    free, served = threading.Event(), []
    limited = Kind("limited")
    with Crew(threading.Event()) as crew:

        def waits() -> None:
            crew.stand_aside()
            assert free.wait(20)

        for _ in range(3 * IN_FLIGHT):
            crew.read(once(waits), lambda _: None, refuse, kind=limited)
        crew.read(once(lambda: served.append(True)), lambda _: free.set(), refuse)
        finish(crew)
    assert served == [True]


def test_while_pages_wait_to_be_taken_others_ask() -> None:
    """The first page is being taken and as many wait as may: the next one's job makes room."""
    asked = threading.Event()
    first, told = Kind("first", urgent=True), range(WAITING_PAGES + 3)
    with Crew(threading.Event(), in_flight=1) as crew:

        def take(page: int) -> None:
            assert page or asked.wait(20)

        crew.read(lambda: told, take, refuse, kind=first)
        crew.read(once(asked.set), lambda _: None, refuse)
        finish(crew)
    assert asked.is_set()


def test_a_job_that_hangs_is_left_behind() -> None:
    """Were it waited for, this test would not end."""
    hangs, stop = threading.Event(), threading.Event()
    with pytest.raises(KeyboardInterrupt), Crew(stop) as crew:
        for _ in range(IN_FLIGHT):
            crew.read(once(hangs.wait), lambda _: None, refuse)
        raise KeyboardInterrupt
    assert stop.is_set()
    hangs.set()


def test_nothing_is_counted_of_threads_of_others() -> None:
    """A stranger takes no place from the jobs, and gives them none."""
    inside, served = Meter(), list[None]()
    with Crew(threading.Event(), in_flight=1) as crew, crew.asking(), crew.asking():
        crew.stand_aside()
        for _ in range(3):
            crew.read(once(inside.visit), served.append, refuse)
        finish(crew)
    assert inside.most == 1 and len(served) == 3


def test_who_works_on_an_answer_leaves_its_place_to_others() -> None:
    """Only requests are counted: were it not so, the one place would stay taken."""
    asked = threading.Event()
    with Crew(threading.Event(), in_flight=1) as crew:

        def works() -> None:
            with crew.asking():
                pass
            assert asked.wait(20)

        crew.read(once(works), lambda _: None, refuse)
        crew.read(once(asked.set), lambda _: None, refuse)
        finish(crew)


def test_who_asks_again_goes_before_who_has_not_begun() -> None:
    order: list[str] = []
    taken, gate = threading.Event(), threading.Event()
    with Crew(threading.Event(), in_flight=1) as crew:

        def twice() -> None:
            with crew.asking():
                pass
            assert taken.wait(20)
            with crew.asking():
                order.append("again")

        def holds() -> None:
            with crew.asking():
                taken.set()
                assert gate.wait(20)

        crew.read(once(twice), lambda _: None, refuse)
        crew.read(once(holds), lambda _: None, refuse)
        for _ in range(20):
            crew.read(once(partial(order.append, "new")), lambda _: None, refuse)
        while not crew._coming_back:
            time.sleep(0.001)
        gate.set()
        finish(crew)
    assert order == ["again", *["new"] * 20]


def test_never_are_more_requests_made_at_once_than_agreed() -> None:
    on_the_wire = Meter()
    with Crew(threading.Event(), in_flight=3) as crew:

        def pages() -> Iterator[None]:
            for number in range(5):
                if number % 2:
                    crew.stand_aside()
                with crew.asking():
                    on_the_wire.visit()
                yield

        for _ in range(20):
            crew.read(pages, lambda _: None, refuse)
        finish(crew)
    assert on_the_wire.most == 3


def test_big_pages_of_all_kinds_are_few_at_once_and_who_waits_is_not_counted() -> None:
    big, free = Meter(), threading.Event()
    limited, kinds = Kind("limited", big=True), [Kind(name, big=True) for name in "ab"]
    with Crew(threading.Event()) as crew:

        def waits() -> None:
            crew.stand_aside()
            assert free.wait(20)

        for _ in range(MOST_BIG):
            crew.read(once(waits), lambda _: None, refuse, kind=limited)
        left = [0] * 20

        def take(_: None) -> None:
            left.pop()
            if not left:
                free.set()

        for number in range(len(left)):
            crew.read(once(big.visit), take, refuse, kind=kinds[number % 2])
        finish(crew)
    assert big.most <= MOST_BIG and not left


def test_who_comes_back_from_a_pause_waits_for_a_place_among_the_big() -> None:
    big, done = Meter(), list[None]()
    kind = Kind("big", big=True)
    with Crew(threading.Event()) as crew:

        def pages() -> Iterator[None]:
            with crew.asking():
                pass
            crew.stand_aside()
            time.sleep(0.02)
            with crew.asking():
                pass
            big.visit()
            yield

        for _ in range(12):
            crew.read(pages, done.append, refuse, kind=kind)
        finish(crew)
    assert big.most <= MOST_BIG and len(done) == 12


def test_many_small_jobs_leave_threads_for_the_big_ones() -> None:
    for _ in range(10):
        done: list[None] = []
        with Crew(threading.Event()) as crew:
            for number in range(30):
                crew.read(once(lambda: None), done.append, refuse, kind=Kind(f"small {number % 4}"))
            for _ in range(3):
                crew.read(once(lambda: None), done.append, refuse, kind=Kind("big", big=True))
            finish(crew)
        assert len(done) == 33


def test_a_share_of_the_jobs_tells_whenever_none_of_it_is_left() -> None:
    heard: list[object] = []
    gate = threading.Event()
    with Crew(threading.Event()) as crew:

        def idle() -> None:
            heard.append("idle")
            if heard.count("idle") == 1:
                share.read(refused, heard.append, heard.append)
            else:
                gate.set()

        def refused() -> Iterator[object]:
            raise PagingBroken("no more")

        share = Share(crew, idle)
        crew.read(once(lambda: gate.wait(20)), lambda came: None, refuse)
        share.read(lambda: [1, 2], heard.append, refuse, lambda: heard.append("done"))
        finish(crew)
    assert heard[:4] == [1, 2, "done", "idle"]
    assert isinstance(heard[4], PagingBroken) and heard[5:] == ["idle"]
    assert gate.is_set() and not share.open and not crew.open
