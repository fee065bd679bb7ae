"""A slow run: the chat hears of it, then the phone, and the run succeeds."""

import pytest

from dagbook.live.waiting import until

pytestmark = pytest.mark.live


def test_chat_then_phone_then_success(live):
    file = live.cluster.tasks_tmp / f"{live.paths.stem}.alerts"
    with live.scenario("slow") as s:
        s.unpause()
        fast = s.trigger(conf={"seconds": 0})
        s.wait(fast, "success")
        slow = s.trigger(conf={"seconds": 75})

        def told() -> list[str]:
            lines = file.read_text().splitlines() if file.exists() else []
            return [line.split(": ")[0] for line in lines if slow.run_id in line]

        until("two alerts", told, lambda seen: len(seen) >= 2, seconds=180)
        state = s.wait(slow)["state"]
        assert s.keep("state of the slow run", state) == "success"
        assert s.keep("who heard of the slow run", told()) == ["chat", "phone"]
        s.pause()
