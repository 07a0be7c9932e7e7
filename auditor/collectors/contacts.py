"""AWS Account Management: whether the account has a security contact. Its values are personal and are never kept.

https://docs.aws.amazon.com/accounts/latest/APIReference/API_GetAlternateContact.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from auditor.collectors.call import LIST, Call, Draft, Place, Service
from auditor.model import Json

CONTACTS = "Auditor::Account::Contacts"
_FIELDS = ("Name", "Title", "EmailAddress", "PhoneNumber")


def _contacts(answer: Mapping[str, Json], place: Place, _: Draft | None) -> Iterator[Draft]:
    id = f"{place.account}/{CONTACTS}"
    contact = answer.get("AlternateContact") or {}
    present = {field: True for field in _FIELDS if contact.get(field)}
    yield Draft(CONTACTS, id, place.account, id, {"Security": present} if present else {})


SERVICE = Service(
    client="account",
    scope="global",
    calls=(
        Call(
            "get_alternate_contact",
            "account:GetAlternateContact",
            {CONTACTS: (LIST, "Security")},
            arguments={"AlternateContactType": "SECURITY"},
            make=_contacts,
            absent=("ResourceNotFoundException",),
        ),
    ),
)
