"""Accounts of staff. Who leaves is made inactive, not deleted: the log of looks names who looked (clause S5)."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from consent.lists import OfferedFiltersAdmin

admin.site.unregister([User, Group])


@admin.register(User)
class StaffAccountAdmin(OfferedFiltersAdmin, UserAdmin):  # type: ignore[type-arg]  # not generic at run time
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Group)
class RoleAdmin(OfferedFiltersAdmin, GroupAdmin):
    pass
