"""The portal and the local AWS as processes of their own, on one folder: they can be killed one by one."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import urllib.error
from pathlib import Path

import local_aws
from local_aws import AwsTestCase, until
from portal import Person

BINARY = os.environ["STUDIOGATE_BIN"]
# A lease ends by itself after a minute; then the new process takes over.
TAKEN_OVER = 150


def drain(output, printed):
    """What comes later is read too: a full pipe would stop the process."""
    with output:
        printed.extend(output)


class PortalTestCase(AwsTestCase):
    """Portal and local AWS as processes of their own, on one folder."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="studiogate-killed-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.running = []
        self.printed = {}
        self.addCleanup(self.stop_all)

    def start(self, *arguments, until_printed, **environment):
        """Starts the binary and waits for a line with `until_printed`; gives the process and that line."""
        process = subprocess.Popen(
            [BINARY, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **environment},
        )
        self.running.append(process)
        printed = []
        for line in process.stdout:
            printed.append(line)
            if until_printed in line:
                self.printed[process] = printed
                threading.Thread(target=drain, args=[process.stdout, printed], daemon=True).start()
                return process, line
        raise AssertionError(f"ended with {process.wait(10)}: {''.join(printed)}")

    def stop(self, process):
        process.terminate()
        self.assertEqual(process.wait(30), 0, "".join(self.printed[process][-40:]))
        self.running.remove(process)

    def stop_all(self):
        for process in self.running:
            process.kill()
            process.wait(10)

    def serve(self):
        """The portal alone, on what the demo has left."""
        process, _ = self.start(
            "--config", self.folder / "studiogate.toml", "serve",
            until_printed="ready",
            AWS_ENDPOINT_URL=local_aws.ENDPOINT,
            AWS_ACCESS_KEY_ID="222222222222",
            AWS_SECRET_ACCESS_KEY="any",
            AWS_REGION="eu-west-1",
            STUDIOGATE_LOG_FILTER="info",
        )
        return process

    def kill_during(self, portal, operation):
        """Kills once both environments' calls of `operation` are under way: one has acted, one has not."""
        def under_way():
            return json.loads(local_aws.local("calls")).get(operation, 0)

        until(under_way, lambda calls: calls >= 2)
        portal.send_signal(signal.SIGKILL)
        portal.wait(10)
        self.running.remove(portal)
        local_aws.local("faults", method="DELETE")

    def faults(self, operation):
        local_aws.local("calls", method="DELETE")
        local_aws.local("faults", [
            {"operation": operation, "kind": "latency", "milliseconds": 600_000, "count": 1},
            {"operation": operation, "kind": "timeout", "count": 1},
        ])

    def states(self, person, environments):
        def state(path):
            return person.get(path)[2].split('class="badge', 1)[1].split("</span>", 1)[0].rsplit(">", 1)[1]

        return [state(path) for path in environments]

    def settled(self, person, environments, wanted):
        def look():
            try:
                return self.states(person, environments)
            except (urllib.error.URLError, ConnectionError):
                return "the portal starts"

        until(look, lambda states: states == [wanted] * len(environments), seconds=TAKEN_OVER)

    def demo(self, *personas):
        """Seeds a portal and signs the personas in; starts a local AWS on what the demo has left."""
        data = ("--data-dir", self.folder)
        demo, line = self.start("demo", *data, "--listen", "127.0.0.1:0", until_printed="is ready at")
        people = [Person(line.split()[-1], persona) for persona in personas]
        self.stop(demo)
        # From here on portal and AWS are processes of their own; the sessions of these people go on.
        _, line = self.start(
            "local-aws", "--listen", "127.0.0.1:0", "--speed", "100", "--data-dir", self.folder / "aws",
            until_printed="AWS_ENDPOINT_URL=",
        )
        local_aws.ENDPOINT = line.rsplit("=", 1)[1].strip()
        return people

    def assert_sound(self):
        """No lease is held by a process that is gone, and the audit log is whole."""
        with sqlite3.connect(self.folder / "portal.db") as database:
            held = database.execute("SELECT count(*) FROM operation WHERE lease_owner IS NOT NULL").fetchone()
            self.assertEqual(held, (0,))
        verify = [BINARY, "--config", self.folder / "studiogate.toml", "audit", "verify"]
        subprocess.run([*verify, "--head", self.folder / "audit-head.json"], check=True)
