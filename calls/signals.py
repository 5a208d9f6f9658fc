"""News that the floors above may want. Sent inside the ingester's transaction."""

from django.dispatch import Signal

# calls: list[Call], all that were made or changed by one batch
calls_changed = Signal()
# survivor: Call, merged: Call (about to be deleted): move what hangs on it
calls_merged = Signal()
