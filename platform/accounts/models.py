from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.policies import Option, Policy
from runtime import clock
from tenants.models import TenantModel
from tenants.querysets import TenantManager, TenantQuerySet


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail. What they may do is decided by their membership of each tenant."""

    email = models.EmailField(unique=True, error_messages={"unique": "Someone already signs in with this e-mail."})
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField("platform staff", default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """Like Django's own users: the admin's theme calls it."""
        return str(self)


class Rights(TenantModel):
    """What a person may do in one tenant, or will be allowed to once an invitation is accepted."""

    policies = ArrayField(models.CharField(max_length=40, choices=Policy.choices))
    options = ArrayField(models.CharField(max_length=40, choices=Option.choices), default=list, blank=True)

    class Meta:
        abstract = True

    @property
    def policy_labels(self) -> list[str]:
        return [policy.label for policy in Policy if policy in self.policies]

    @property
    def option_labels(self) -> list[str]:
        return [option.label for option in Option if option in self.options]


class MembershipQuerySet(TenantQuerySet["Membership"]):
    def administrators(self) -> MembershipQuerySet:
        return self.filter(policies__contains=[Policy.DATAGRID_ADMINISTRATOR], user__is_active=True)


class Membership(Rights):
    """A person's rights in one tenant.

    The database shows a tenant's memberships inside its scope, and a person's own memberships of all tenants
    inside their `user_scope`.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects: ClassVar = TenantManager.from_queryset(MembershipQuerySet)()
    everywhere: ClassVar[models.Manager[Membership]] = models.Manager()

    class Meta:
        ordering = ["user__name", "user__email"]
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_tenant")]

    def __str__(self) -> str:
        return str(self.user)


class InvitationQuerySet(TenantQuerySet["Invitation"]):
    def pending(self) -> InvitationQuerySet:
        return self.filter(accepted_at=None)


class Invitation(Rights):
    """An offer, sent by e-mail, to join a tenant; the link's secret is stored as a hash and works once."""

    email = models.EmailField()
    secret_hash = models.CharField(max_length=64)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, editable=False)

    objects: ClassVar = TenantManager.from_queryset(InvitationQuerySet)()

    class Meta:
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=models.Q(accepted_at=None),
                name="one_open_invitation_per_email",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= clock.now()
