"""The actions of policies that cfn-lint knows, in lower case: a service in a line, and its actions after it."""

from cfnlint.helpers import load_resource
import cfnlint.data.AdditionalSpecs

services = load_resource(cfnlint.data.AdditionalSpecs, "Policies.json")
for service, known in sorted(services.items()):
    print(service, *sorted(known["Actions"]))
