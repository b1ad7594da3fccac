# SPDX-License-Identifier: Apache-2.0
"""A daemon that has nothing to do wakes for its timers and for nothing else. No VM is started."""
import pathlib
import re
import time

import cli
import metrics_test

RESYNC, WINDOW = 4, 20  # seconds
SLACK = 2               # a timer at either end of the window
SWITCHES_PER_LOOK = 8   # what a look may wait for: the disk, the other thread


class Idle(metrics_test.Scraped):
    def setUp(self):
        super().setUp()
        self.config.write_text(self.config.read_text() + f"  resync: {RESYNC}s\n")

    def switches(self):
        """How often threads of the daemon went to sleep, as the kernel counts it."""
        threads = pathlib.Path(f"/proc/{self.daemon.pid}/task").iterdir()
        return sum(int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", (thread / "status").read_text(), re.MULTILINE)[1])
                   for thread in threads)

    def wakeups(self):
        return {dict(labels)["cause"]: count for (_, labels), count in self.scrape()["cowherd_loop_wakeups_total"].samples.items()}

    def settled(self):
        """Two looks on end that time alone led to."""
        before = self.wakeups()
        self.wait_for(lambda: self.wakeups()["time"] >= before["time"] + 2)
        after = self.wakeups()
        return all(after[cause] == before[cause] for cause in after if cause != "time")

    def test_it_wakes_for_its_timers_alone(self):
        for i in range(5):
            self.declare_sandbox(f"more-{i}")
        self.start()
        self.wait_for(self.settled)
        before = self.wakeups()
        switches = self.switches()
        time.sleep(WINDOW)
        slept = self.switches() - switches
        after = self.wakeups()
        woken = {cause: after[cause] - before[cause] for cause in after}
        print(f"{WINDOW} s idle, a look each {RESYNC} s: woken {woken}, {slept} voluntary context switches")
        self.assertEqual({"time"}, {cause for cause, count in woken.items() if count})
        self.assertLessEqual(woken["time"], WINDOW / RESYNC + SLACK)
        self.assertGreaterEqual(woken["time"], WINDOW / RESYNC - SLACK)
        self.assertLessEqual(slept, SWITCHES_PER_LOOK * (WINDOW / RESYNC + SLACK))


if __name__ == "__main__":
    cli.main()
