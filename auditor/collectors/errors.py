"""What an error of AWS means: there is none, it has gone, or a gap. Everything unknown is a gap.

Only `base.py` catches; the codes below are those that AWS sends (several are in no service model).
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html (explicit deny texts)
"""

from __future__ import annotations

from typing import Any

from auditor.collectors.call import Call
from auditor.model import Reason

# Codes that speak of the resource that was asked for, and not of a part of it: only these drop it.
_VANISHED = {
    "DBClusterSnapshotNotFoundFault",
    "DBSnapshotNotFound",
    "InvalidInstanceID.NotFound",
    "InvalidPrefixListID.NotFound",
    "NoSuchBucket",
    "TrailNotFoundException",
}

_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthFailure",
    "AuthorizationError",
    "AuthorizationErrorException",
    "ForbiddenException",
    "NotAuthorized",
    "UnauthorizedException",
    "UnauthorizedOperation",
}
_THROTTLED = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "LimitExceededException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
}
_CREDENTIALS = {
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
# Of these, what a region says that is not enabled, or that takes no tokens of the global STS endpoint.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
_OF_A_REGION = {"AuthFailure", "InvalidAccessKeyId", "InvalidClientTokenId", "UnrecognizedClientException"}
_UNSUPPORTED = {
    "InvalidAction",
    "MethodNotAllowed",
    "NotImplemented",
    "OptInRequired",
    "SubscriptionRequiredException",
    "UnknownOperationException",
    "UnsupportedOperation",
}


def is_absent(call: Call, response: dict[str, Any]) -> bool:
    """Whether this operation says "there is none". A row may ask for words: `AccessDeniedException:not enabled`."""
    code, message = _code(response), str(response.get("Error", {}).get("Message", ""))
    for row in call.absent:
        wanted, _, words = row.partition(":")
        if code == wanted and words.lower() in message.lower():
            return True
    return False


def is_vanished(call: Call, response: dict[str, Any]) -> bool:
    """Whether the resource that was listed a moment ago is no more."""
    return call.of is not None and (_code(response) in _VANISHED or _code(response) in call.gone)


def is_credentials(response: dict[str, Any]) -> bool:
    return _code(response) in _CREDENTIALS


def is_of_a_region(response: dict[str, Any]) -> bool:
    """Whether it may be only this region that does not take the credentials."""
    return _code(response) in _OF_A_REGION


def gap_of(call: Call, response: dict[str, Any]) -> tuple[Reason, str]:
    """Reason and detail: HTTP 403 first, then the code. The detail begins with the IAM action."""
    code = _code(response)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    message = str(response.get("Error", {}).get("Message", ""))
    if code in _THROTTLED or code.startswith("Throttling"):
        return Reason.THROTTLED, f"{call.action} ({code})"
    if code in _CREDENTIALS:
        return Reason.FAILED, f"{call.action} ({code})"
    if status == 403 or code in _DENIED or code == "403":
        control = " control policy" in message and "explicit deny" in message
        return Reason.DENIED, call.action + (" (by an organization's control policy)" if control else "")
    if status == 501 or code in _UNSUPPORTED:
        return Reason.UNSUPPORTED, f"{call.action} ({code})"
    return Reason.FAILED, f"{call.action} ({code or status or 'no code'})"


def _code(response: dict[str, Any]) -> str:
    return str(response.get("Error", {}).get("Code", ""))
