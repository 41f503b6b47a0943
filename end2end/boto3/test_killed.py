"""The portal's process is killed (SIGKILL) while calls of AWS are under way, and started again on the same database.

Two moments at once, both made certain by the fault switch of the local AWS: one call has acted and its answer is still to
come, the other has not acted at all. What AWS then holds is counted by boto3.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import local_aws
from local_aws import DEV, AwsTestCase, client, until
from portal import Person

BINARY = os.environ["STUDIOGATE_BIN"]
PRODUCT = "Governed S3 workspace"
TARGET = f"fraud-detection/{DEV}/eu-west-1"
NAMES = ("killed-after", "killed-before")
# A lease ends by itself after a minute; then the new process takes over.
TAKEN_OVER = 150


def drain(output, printed):
    """What comes later is read too: a full pipe would stop the process."""
    with output:
        printed.extend(output)


class Killed(AwsTestCase):
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

    def records(self, kind):
        """Names in the account's record history of one kind."""
        everybody = {"Key": "Account", "Value": "self"}
        history = client("servicecatalog", DEV).list_record_history(AccessLevelFilter=everybody)["RecordDetails"]
        return sorted(r["ProvisionedProductName"] for r in history if r["RecordType"] == kind)

    def provisioned(self):
        everybody = {"Key": "Account", "Value": "self"}
        found = client("servicecatalog", DEV).scan_provisioned_products(AccessLevelFilter=everybody)
        return sorted(product["Name"] for product in found["ProvisionedProducts"])

    def test_a_portal_that_is_killed_makes_and_removes_everything_exactly_once(self):
        data = ("--data-dir", self.folder)
        demo, line = self.start("demo", *data, "--listen", "127.0.0.1:0", until_printed="is ready at")
        origin = line.split()[-1]
        scientist, lead = Person(origin, "fraud-scientist"), Person(origin, "fraud-lead")
        self.stop(demo)
        # From here on portal and AWS are processes of their own; the sessions of both people go on.
        _, line = self.start(
            "local-aws", "--listen", "127.0.0.1:0", "--speed", "100", "--data-dir", self.folder / "aws",
            until_printed="AWS_ENDPOINT_URL=",
        )
        local_aws.ENDPOINT = line.rsplit("=", 1)[1].strip()
        portal = self.serve()

        self.faults("servicecatalog:ProvisionProduct")
        requests = [scientist.request(PRODUCT, name, TARGET) for name in NAMES]
        for request in requests:
            lead.approve(request)
        environments = [scientist.environment(request) for request in requests]
        self.kill_during(portal, "servicecatalog:ProvisionProduct")
        self.assertEqual(len(self.provisioned()), 1, "one call has acted, the other has not")
        portal = self.serve()
        self.settled(scientist, environments, "Available")
        self.assertEqual(self.provisioned(), sorted(NAMES))
        self.assertEqual(self.records("PROVISION_PRODUCT"), sorted(NAMES))

        self.faults("servicecatalog:TerminateProvisionedProduct")
        for environment, name in zip(environments, NAMES):
            scientist.terminate(environment, name)
        self.kill_during(portal, "servicecatalog:TerminateProvisionedProduct")
        portal = self.serve()
        self.settled(scientist, environments, "Terminated")
        self.assertEqual(self.provisioned(), [])
        self.assertEqual(self.records("TERMINATE_PROVISIONED_PRODUCT"), sorted(NAMES))
        self.stop(portal)

        with sqlite3.connect(self.folder / "portal.db") as database:
            held = database.execute("SELECT count(*) FROM operation WHERE lease_owner IS NOT NULL").fetchone()
            self.assertEqual(held, (0,))
        verify = [BINARY, "--config", self.folder / "studiogate.toml", "audit", "verify"]
        subprocess.run([*verify, "--head", self.folder / "audit-head.json"], check=True)


if __name__ == "__main__":
    unittest.main(verbosity=2)
