"""The portal's process is killed (SIGKILL) while calls of AWS are under way, and started again on the same database.

Two moments at once, both made certain by the fault switch of the local AWS: one call has acted and its answer is still to
come, the other has not acted at all. What AWS then holds is counted by boto3.
"""

import unittest

from local_aws import DEV, client
from processes import PortalTestCase

PRODUCT = "Governed S3 workspace"
TARGET = f"fraud-detection/{DEV}/eu-west-1"
NAMES = ("killed-after", "killed-before")


class Killed(PortalTestCase):
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
        scientist, lead = self.demo("fraud-scientist", "fraud-lead")
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

        self.assert_sound()


if __name__ == "__main__":
    unittest.main(verbosity=2)
