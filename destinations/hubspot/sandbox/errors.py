"""HubSpot's errors, each built in one place. English texts are those seen in its answers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ApiError(Exception):
    """An unsuccessful answer. Raised inside a call, it also rolls back what the call wrote."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        category: str | None = None,
        context: Mapping[str, Sequence[str]] | None = None,
        **parts: Any,
    ) -> None:
        """`parts` are further fields of the body, by their names in the JSON."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.category = category
        self.context = dict(context or {})
        self.parts = parts

    def body(self) -> dict[str, Any]:
        """The error without its correlation id, which the call adds."""
        fields = {"category": self.category, "context": self.context} | self.parts
        present = {name: value for name, value in fields.items() if value}
        return {"status": "error", "message": self.message} | present

    def item(self, trace: str) -> dict[str, Any]:
        """The error as one entry of a batch's `errors`: without codes of its own, but with its trace id."""
        context = self.context | {"objectWriteTraceId": [trace]}
        named = {"status": "error", "category": self.category, "message": self.message, "context": context}
        return {name: value for name, value in named.items() if value is not None}


@dataclass(frozen=True)
class Problem:
    """Why one property value is refused."""

    property: str
    code: str
    message: str

    def as_validation(self, portal: int) -> dict[str, Any]:
        return {
            "isValid": False,
            "message": self.message,
            "error": self.code,
            "name": self.property,
            "localizedErrorMessage": self.message,
            "portalId": portal,
        }

    def as_detail(self) -> dict[str, Any]:
        return {
            "message": self.message,
            "code": self.code,
            "context": {"propertyName": [self.property]},
        }


def validation(message: str, **parts: Any) -> ApiError:
    return ApiError(400, message, category="VALIDATION_ERROR", **parts)


def invalid_values(problems: Sequence[Problem], portal: int) -> ApiError:
    listed = json.dumps([problem.as_validation(portal) for problem in problems], ensure_ascii=False)
    message = f"Property values were not valid: {listed}"
    return validation(message, errors=[problem.as_detail() for problem in problems])


def invalid_property_names(names: Sequence[str]) -> ApiError:
    return validation(
        "Names for properties should be lowercase and have less than 100 characters. "
        f"Invalid names: [{', '.join(names)}]"
    )


def credentials_not_found() -> ApiError:
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find "
        "more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return ApiError(401, message, category="INVALID_AUTHENTICATION")


def token_expired(seconds_ago: int, expired_at: str) -> ApiError:
    message = f"The OAuth token used to make this call expired {seconds_ago} second(s) ago."
    return ApiError(401, message, category="EXPIRED_AUTHENTICATION", context={"expire time": [expired_at]})


def missing_scopes(scopes: Sequence[str]) -> ApiError:
    page = "https://developers.hubspot.com/scopes"
    missing = {"message": "One or more of the following scopes are required."}
    return ApiError(
        403,
        "This app hasn't been granted all required scopes to make this call. "
        f"Read more about required scopes here: {page}.",
        category="MISSING_SCOPES",
        errors=[missing | {"context": {"requiredGranularScopes": list(scopes)}}],
        links={"scopes": page},
    )


def too_many_inputs(limit: int) -> ApiError:
    return validation(
        f"The maximum number of inputs supported in a batch is {limit}. "
        "Please reduce the number of items and try again"
    )


def duplicate_ids(ids: Sequence[str]) -> ApiError:
    message = f"Duplicate IDs found in batch input: [{', '.join(ids)}]. IDs must be unique"
    return validation(message, context={"ids": list(ids)})


def non_unique_property(name: str, portal: int) -> ApiError:
    return validation(f"Unable to perform update/upsert by non-unique 0-1 property {name} in portal ID {portal}")


def not_deserializable(kind: str, name: str) -> ApiError:
    return ApiError(
        400, f"Invalid input JSON on line 1, column 1: Cannot deserialize value of type `{kind}` from {name}"
    )


def unknown_object_type(name: str) -> ApiError:
    return validation(f"Unable to infer object type from: {name}")


def contact_exists(existing: int) -> ApiError:
    return ApiError(
        409,
        f"Contact already exists. Existing ID: {existing}",
        category="CONFLICT",
        context={"existingId": [str(existing)]},
    )


def contact_exists_in_batch() -> ApiError:
    """A batch without trace ids does not say which row clashed."""
    return ApiError(409, "Contact already exists", category="CONFLICT")


def contact_not_found(key: str) -> ApiError:
    return ApiError(
        404,
        "Object not found.  objectId are usually numeric.",
        category="OBJECT_NOT_FOUND",
        context={"id": [key]},
    )


def missing_contacts(ids: Sequence[str]) -> dict[str, Any]:
    """A batch's single grouped error for all ids that do not exist."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": "Could not get some CONTACT objects, they may be deleted or not exist. "
        "Check that ids are valid.",
        "context": {"ids": list(ids)},
    }


def resource_not_found() -> ApiError:
    return ApiError(404, "resource not found", category="OBJECT_NOT_FOUND")


def list_not_found(key: str) -> ApiError:
    return ApiError(404, f"List does not exist with ID {key}.", category="OBJECT_NOT_FOUND")


def list_name_taken(name: str) -> ApiError:
    return validation(f"List names must be unique: '{name}'.", subCategory="ILS.DUPLICATE_LIST_NAMES")


def list_is_dynamic(key: str) -> ApiError:
    return validation(
        f"List {key} is DYNAMIC: its members cannot be changed by hand.",
        subCategory="ILS.INVALID_LIST_PROCESSING_TYPE",
    )


def property_exists(name: str) -> ApiError:
    return ApiError(
        409,
        f"A property named '{name}' already exists.",
        category="OBJECT_ALREADY_EXISTS",
        subCategory="Properties.PROPERTY_WITH_NAME_EXISTS",
        context={"name": [name]},
    )


def property_without_options(name: str) -> ApiError:
    return validation(
        f"Property '{name}' of object type '0-1' has no options but options are required!",
        subCategory="PropertyValidationError.MISSING_OPTIONS",
    )


def property_not_found(name: str) -> ApiError:
    return ApiError(404, f"Property {name} does not exist", category="OBJECT_NOT_FOUND", context={"name": [name]})


def rate_limited(policy: str, *, group: str = "", as_category: bool = False) -> ApiError:
    """A refusal by one of the three policies; `as_category` is another form seen in practice."""
    message = f"You have reached your {policy.lower()} limit."
    if as_category:
        return ApiError(429, message, category="RATE_LIMITS", policyName=policy, groupName=group)
    return ApiError(429, message, errorType="RATE_LIMIT", policyName=policy, groupName=group)


OAUTH_ERRORS = {
    "BAD_REFRESH_TOKEN": ("invalid_grant", "refresh token is invalid, expired or revoked"),
    "BAD_AUTH_CODE": ("invalid_grant", "missing or unknown auth code"),
    "BAD_CLIENT_ID": ("invalid_client", "missing or unknown client id"),
    "BAD_CLIENT_SECRET": ("invalid_client", "missing or invalid client secret"),
    "BAD_REDIRECT_URI": ("invalid_request", "missing or invalid redirect uri"),
    "BAD_GRANT_TYPE": ("unsupported_grant_type", "missing or unknown grant type"),
    "BAD_SCOPES": ("invalid_scope", "missing or unknown scopes"),
    "BAD_HUB": ("access_denied", "missing or unknown hub id"),
}


class OAuthError(Exception):
    """A refusal by the token endpoint: RFC 6749's fields and HubSpot's own."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status

    def body(self) -> dict[str, Any]:
        error, description = OAUTH_ERRORS[self.status]
        return {
            "error": error,
            "error_description": description,
            "status": self.status,
            "message": description,
        }
