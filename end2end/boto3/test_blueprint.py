"""`studiogate blueprint` as a process: on the local AWS, killed in the middle, and on the Organizations of moto, which nobody here
wrote either."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import boto3
import local_aws
from local_aws import until
from processes import BINARY, PortalTestCase

ADMIN = "priya.adams@example.com"
BLUEPRINTS = Path(__file__).resolve().parents[2] / "blueprints"
MANAGEMENT = "111111111111"
UNITS = {
    "Infrastructure", "Security", "Sandbox", "Workloads_Dev", "Workloads_PreProd", "Workloads_Prod", "Deployments_Prod",
}
SAME, WRONG, PENDING = 0, 1, 2


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Blueprint(PortalTestCase):
    def environment(self, endpoint):
        return {
            **os.environ,
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "222222222222",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "eu-west-1",
        }

    def command(self, verb, file, *more):
        return [
            BINARY, "--config", str(self.folder / "studiogate.toml"), "blueprint", verb, str(file), "--as", ADMIN, *more,
        ]

    def blueprint(self, endpoint, verb, file, *more):
        environment = self.environment(endpoint)
        return subprocess.run(
            self.command(verb, file, *more), env=environment, capture_output=True, text=True, timeout=300, check=False,
        )

    def brought_about(self, endpoint, file):
        planned = self.blueprint(endpoint, "plan", file, "--format", "json")
        self.assertEqual(planned.returncode, PENDING, planned.stderr)
        steps = json.loads(planned.stdout)
        applied = self.blueprint(endpoint, "apply", file, "--yes")
        self.assertEqual(applied.returncode, SAME, applied.stdout + applied.stderr)
        done = [line.removeprefix("done: ") for line in applied.stdout.splitlines() if line.startswith("done: ")]
        self.assertEqual(done, [step["says"] for step in steps])
        again = self.blueprint(endpoint, "plan", file)
        self.assertEqual((again.returncode, again.stdout.splitlines()[-1]), (SAME, "The organization is as the blueprint says."))
        return steps

    def moto(self):
        """moto's server as a process, with an organization in the management account; gives its client there."""
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(server.wait, 10)
        self.addCleanup(server.terminate)

        def answers():
            with socket.socket() as there:
                return there.connect_ex(("127.0.0.1", port)) == 0

        until(answers, bool, seconds=60)
        endpoint = f"http://127.0.0.1:{port}"
        keys = {"region_name": "us-east-1", "endpoint_url": endpoint}
        sts = boto3.client("sts", aws_access_key_id="any", aws_secret_access_key="any", **keys)
        role = sts.assume_role(RoleArn=f"arn:aws:iam::{MANAGEMENT}:role/Admin", RoleSessionName="test")["Credentials"]
        organizations = boto3.client(
            "organizations",
            aws_access_key_id=role["AccessKeyId"],
            aws_secret_access_key=role["SecretAccessKey"],
            aws_session_token=role["SessionToken"],
            **keys,
        )
        organizations.create_organization(FeatureSet="ALL")
        root = organizations.list_roots()["Roots"][0]["Id"]
        organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        return endpoint, organizations, root

    def test_on_motos_organizations(self):
        self.demo("admin")
        endpoint, organizations, root = self.moto()
        made = organizations.create_account(Email="ml@example.com", AccountName="ml-dev")["CreateAccountStatus"]
        folder = Path(tempfile.mkdtemp(prefix="studiogate-blueprint-"))
        self.addCleanup(shutil.rmtree, folder)
        shutil.copytree(BLUEPRINTS / "scps", folder / "scps")
        account = '\n[[account]]\naccount = "ml-dev"\nunit = "Workloads_Dev"\n'
        file = folder / "organization.toml"
        file.write_text((BLUEPRINTS / "organization.toml").read_text() + account)
        steps = self.brought_about(endpoint, file)
        self.assertIn("move_account", [step["step"] for step in steps])

        units = organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
        by_name = {unit["Name"]: unit["Id"] for unit in units}
        self.assertEqual(set(by_name), UNITS)
        within = organizations.list_accounts_for_parent(ParentId=by_name["Workloads_Dev"])["Accounts"]
        self.assertEqual([it["Id"] for it in within], [made["AccountId"]])

        def attached(target):
            found = organizations.list_policies_for_target(TargetId=target, Filter="SERVICE_CONTROL_POLICY")
            return {policy["Name"]: policy["Id"] for policy in found["Policies"]}

        on_dev = attached(by_name["Workloads_Dev"])
        self.assertEqual(
            set(on_dev),
            {
                "FullAWSAccess", "deny-sagemaker-endpoints", "protect-governance", "require-customer-managed-keys",
                "require-vpc",
            },
        )
        self.assertIn("no-leaving-the-organization", attached(root))
        # What is changed past the file is told, and put back.
        organizations.detach_policy(PolicyId=on_dev["require-vpc"], TargetId=by_name["Workloads_Dev"])
        organizations.move_account(
            AccountId=made["AccountId"], SourceParentId=by_name["Workloads_Dev"], DestinationParentId=root,
        )
        steps = self.brought_about(endpoint, file)
        self.assertEqual([step["step"] for step in steps], ["attach", "move_account"])
        self.assertIn("require-vpc", attached(by_name["Workloads_Dev"]))

    def test_killed_in_the_middle_it_goes_on_where_it_ended(self):
        self.demo("admin")
        file = BLUEPRINTS / "organization.toml"
        local_aws.local("calls", method="DELETE")
        local_aws.local("faults", [
            {"operation": "organizations:AttachPolicy", "kind": "latency", "milliseconds": 600_000, "count": 1},
        ])
        with subprocess.Popen(
            self.command("apply", file, "--yes"), env=self.environment(local_aws.ENDPOINT), stdout=subprocess.DEVNULL,
        ) as applying:
            until(
                lambda: json.loads(local_aws.local("calls")).get("organizations:AttachPolicy", 0), lambda calls: calls >= 1,
            )
            applying.kill()
        local_aws.local("faults", method="DELETE")
        begun = time.monotonic()
        again = self.blueprint(local_aws.ENDPOINT, "apply", file, "--yes")
        self.assertEqual(again.returncode, SAME, again.stdout + again.stderr)
        self.assertLess(time.monotonic() - begun, 150, "a lease ends by itself after a minute")
        planned = self.blueprint(local_aws.ENDPOINT, "plan", file)
        self.assertEqual(planned.returncode, SAME, planned.stdout)
        organizations = local_aws.client("organizations", MANAGEMENT)
        names = [policy["Name"] for policy in organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]]
        self.assertEqual(len(names), len(set(names)), "none was made twice")
        self.assert_sound()

    def test_what_cannot_be_read_and_who_may_not(self):
        self.demo("admin", "fraud-lead")
        file = self.folder / "organization.toml"
        file.write_text("[[unit]]\npath = 1\n")
        wrong = self.blueprint(local_aws.ENDPOINT, "plan", file)
        self.assertEqual(wrong.returncode, WRONG)
        self.assertIn(f"{file}:2:8: ", wrong.stderr)
        file.write_text('[[unit]]\npath = "Research"\n')
        lead = [*self.command("apply", file, "--yes")]
        lead[lead.index(ADMIN)] = "lena.fischer@example.com"
        environment = self.environment(local_aws.ENDPOINT)
        refused = subprocess.run(lead, env=environment, capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(refused.returncode, WRONG)
        self.assertIn("may not", refused.stderr)
        nothing = subprocess.run(
            self.command("apply", file), env=environment, capture_output=True, text=True, timeout=120, check=False, input="no\n",
        )
        self.assertEqual((nothing.returncode, nothing.stdout.splitlines()[-1]), (PENDING, "Nothing was changed."))


if __name__ == "__main__":
    unittest.main()
