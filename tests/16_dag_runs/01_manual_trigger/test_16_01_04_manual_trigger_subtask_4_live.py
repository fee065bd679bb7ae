"""Two clients ask for the same order at the same moment."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from dagbook.live.client import ApiError
from dagbook.live.runs import LiveRun

pytestmark = pytest.mark.live


def test_two_requests_at_once_make_one_run(live):
    with live.scenario("two-at-once") as s:
        conf = {"order": "B-7", "pieces": 2}

        def ask(_):
            try:
                s.client.trigger(s.dag_id, run_id="order-B-7", conf=conf)
            except ApiError as refused:
                return refused.status
            return 200

        s.unpause()
        s.client.token()
        with ThreadPoolExecutor(2) as two:
            statuses = sorted(two.map(ask, range(2)))
        s.note_step("send the same request twice at the same moment")

        assert s.keep("status codes", statuses) == [200, 409]
        s.wait(LiveRun(s.dag_id, "order-B-7"), "success")
        assert len(s.runs()) == 1
