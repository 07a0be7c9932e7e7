"""AWS Lambda: functions. GetFunction is never called: it hands out a link to the code.

https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service, picked
from auditor.model import Hidden, Json, Reason

FUNCTION = "AWS::Lambda::Function"
_SAME = ("FunctionName", "Runtime", "Role", "Handler", "PackageType", "Architectures", "MemorySize", "Timeout")


def _functions(page: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    for function in page.get("Functions", ()):
        properties = picked(function, *_SAME, Arn="FunctionArn", KmsKeyArn="KMSKeyArn")
        environment = function.get("Environment", {})
        if "Error" in environment:  # the caller may not use the key of the variables
            properties["Environment"] = Hidden(Reason.DENIED, "kms:Decrypt (the key of the function's variables)")
        elif environment:
            properties["Environment"] = picked(environment, "Variables")
        if "VpcConfig" in function:
            properties["VpcConfig"] = picked(function["VpcConfig"], "SubnetIds", "SecurityGroupIds")
        arn = function["FunctionArn"]
        yield Draft(FUNCTION, arn, function["FunctionName"], arn, properties)


SERVICE = Service(
    client="lambda",
    scope="regional",
    calls=(
        Call(
            "list_functions",
            "lambda:ListFunctions",
            {FUNCTION: (LIST, *_SAME, "Arn", "KmsKeyArn", "Environment", "VpcConfig")},
            make=_functions,
            paged=True,
        ),
    ),
)
