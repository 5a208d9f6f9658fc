from django.apps import AppConfig


class SandboxConfig(AppConfig):
    """Only so that Django finds the management command; the sandbox has no models, pages or settings."""

    name = "voicenter_console.sandbox"
    label = "sandbox"
