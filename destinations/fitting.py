"""Whether the setup still fits the data and the account's properties, reported before a send fails."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from destinations.models import DataTemplate, Destination
from destinations.services.account_fields import kept_by_name
from destinations.services.attributes import stored_attribute_problems
from destinations.services.data_templates import stored_problems
from destinations.sources import sources_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from accounts.access import Access
    from destinations.models import Credential
    from destinations.plugins import AccountField

    FieldsOf = Callable[[Credential], Mapping[str, AccountField]]


@dataclass(frozen=True, slots=True)
class Misfit:
    """What no longer fits, and why, one sentence per problem."""

    subject: DataTemplate | Destination
    problems: tuple[str, ...]

    @property
    def destination(self) -> Destination:
        return self.subject.destination if isinstance(self.subject, DataTemplate) else self.subject

    @property
    def text(self) -> str:
        of_template = isinstance(self.subject, DataTemplate)
        told = f"data template “{self.subject}” no longer fits" if of_template else self._of_attributes
        return f"The {told}: {' '.join(self.problems)}"

    @property
    def _of_attributes(self) -> str:
        return f"default attributes of “{self.subject}” no longer fit"


def misfits(access: Access, destination: Destination | None = None) -> list[Misfit]:
    """Misfits in what this person may see, or only in that of one destination."""
    fields_of = cache(kept_by_name)  # an account's are read once, not for each of its templates
    return [*_templates(access, destination, fields_of), *_default_attributes(access, destination, fields_of)]


def _templates(access: Access, destination: Destination | None, fields_of: FieldsOf) -> Iterator[Misfit]:
    found = DataTemplate.objects.visible_to(access).with_access()
    templates = list(found.filter(destination=destination) if destination else found)
    sources = sources_of(column for template in templates for column in template.column_mappings())
    for template in templates:
        fields = fields_of(template.destination.credential)
        problems = stored_problems(template, fields=fields, sources=sources)
        if problems:
            yield Misfit(template, tuple(problems))


def _default_attributes(access: Access, destination: Destination | None, fields_of: FieldsOf) -> Iterator[Misfit]:
    seen = Destination.objects.visible_to(access)
    with_some = seen.filter(default_attributes__isnull=False).select_related("credential").distinct()
    for each in with_some.filter(pk=destination.pk) if destination else with_some:
        problems = stored_attribute_problems(each, fields=fields_of(each.credential))
        if problems:
            yield Misfit(each, tuple(problems))
