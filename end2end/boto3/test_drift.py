"""What somebody changes in the catalog past the portal shows there, and is kept or put back, as boto3 sees it."""

import unittest

from local_aws import client, until
from portal import Forms
from processes import PortalTestCase

SHARED = "222222222222"
PRODUCT = "Governed S3 workspace"
DRIFT = "/admin/drift"


class Drift(PortalTestCase):
    def drift(self):
        return self.admin.get(DRIFT)[2]

    def read_again(self):
        fields = Forms(self.admin.get("/admin/products")[2]).to("/api/refresh_catalog")
        self.admin.post("/api/refresh_catalog", **fields)

    def decide(self, action, named):
        """Sends the form of a thing."""
        page = self.drift()
        forms = [fields for to, fields in Forms(page).forms if to == action and f'"{named}"' in fields["thing"]]
        self.assertEqual(len(forms), 1, page)
        return self.admin.post(action, **forms[0])

    def test_what_is_changed_in_the_console(self):
        self.admin, auditor = self.demo("admin", "auditor")
        self.serve()
        catalog = client("servicecatalog", SHARED)
        self.assertIn("Nothing is other than it was left here.", self.drift())

        found = catalog.search_products_as_admin(Filters={"FullTextSearch": [PRODUCT]})["ProductViewDetails"]
        product = found[0]["ProductViewSummary"]
        before = catalog.describe_product_as_admin(Id=product["ProductId"])
        portfolio = catalog.list_portfolios_for_product(ProductId=product["ProductId"])["PortfolioDetails"][0]["Id"]
        here = {"PortfolioId": portfolio, "ProductId": product["ProductId"]}
        constraints = catalog.list_constraints_for_portfolio(**here)["ConstraintDetails"]
        for constraint in constraints:
            catalog.delete_constraint(Id=constraint["ConstraintId"])
        catalog.disassociate_product_from_portfolio(**here)
        catalog.update_product(Id=product["ProductId"], Owner="Somebody else")
        catalog.create_portfolio(DisplayName="Made by hand", ProviderName="Nobody", IdempotencyToken="by-hand")
        self.read_again()
        page = until(self.drift, lambda page: "Made by hand" in page and PRODUCT in page)
        self.assertIn("Somebody else", page)
        self.assertIn("2 things of the catalog were changed elsewhere.", self.admin.get("/admin/products")[2])
        self.assertNotIn("/api/put_catalog_drift_back", auditor.get(DRIFT)[2])

        status, where, page = self.decide("/api/put_catalog_drift_back", PRODUCT)
        self.assertEqual(status, 200, page)
        self.assertRegex(where, r"/admin/changes/\w+")

        def back():
            now = catalog.describe_product_as_admin(Id=product["ProductId"])["ProductViewDetail"]["ProductViewSummary"]
            there = catalog.list_constraints_for_portfolio(**here)["ConstraintDetails"]
            return now["Owner"], len(there)

        until(back, lambda now: now == (product["Owner"], len(constraints)))
        self.assertEqual(before["ProvisioningArtifactSummaries"], catalog.describe_product_as_admin(
            Id=product["ProductId"])["ProvisioningArtifactSummaries"])
        until(self.drift, lambda page: "Made by hand" in page and PRODUCT not in page)

        status, _, page = self.decide("/api/adopt_catalog_drift", "Made by hand")
        self.assertEqual(status, 200, page)
        self.assertIn("Nothing is other than it was left here.", page)
        self.read_again()
        self.assertIn("Nothing is other than it was left here.", self.drift())
        self.assertIn("Made by hand", self.admin.get("/admin/portfolios")[2])


if __name__ == "__main__":
    unittest.main()
