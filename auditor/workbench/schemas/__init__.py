"""JSON Schemas of what a policy sees: `input_schema` is the whole input, for OPA's type checker and for editors.

The resource types are the CloudFormation registry's, as cfn-lint ships them, and our own (`auditor/schemas/`).
"""

from auditor.workbench.schemas.compose import input_schema, mentioned, schema_file
from auditor.workbench.schemas.types import is_known, known, nearest_type, shape_of

__all__ = ["input_schema", "is_known", "known", "mentioned", "nearest_type", "schema_file", "shape_of"]
