"""The types of resources that cfn-lint knows in any region, one in a line."""

from cfnlint.helpers import REGIONS
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

kinds = {kind for region in REGIONS for kind in PROVIDER_SCHEMA_MANAGER.get_resource_types(region)}
print("\n".join(sorted(kinds)))
