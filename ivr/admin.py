"""The back office's view of flows; they are written and published elsewhere."""

from django.contrib import admin

from ivr.models import Binding, Flow, FlowVersion, IvrSession, Publication


class ReadOnly(admin.ModelAdmin):
    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Flow)
class FlowAdmin(admin.ModelAdmin):
    list_display = ("name", "account", "department", "dialect", "changed_at")
    list_filter = ("account", "dialect")
    readonly_fields = ("changed_at", "changed_by", "draft_mark")


@admin.register(Binding)
class BindingAdmin(admin.ModelAdmin):
    list_display = ("flow", "account", "did", "layer", "place")
    list_filter = ("account",)


@admin.register(FlowVersion)
class FlowVersionAdmin(ReadOnly):
    list_display = ("flow", "number", "author_name", "message", "created_at")


@admin.register(Publication)
class PublicationAdmin(ReadOnly):
    list_display = ("version", "percent", "began_at", "by_name")


@admin.register(IvrSession)
class IvrSessionAdmin(ReadOnly):
    list_display = ("call_uid", "flow", "began_at", "ended_at", "end")
    list_filter = ("flow", "end")
