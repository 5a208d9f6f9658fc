"""News that the floors above may want. Sent inside the ingester's transaction."""

from django.dispatch import Signal

# calls: list[Call], all that were made or changed by one batch. A receiver may answer a live.publish.Hint: it is
# published with the sender's own, at the end of the transaction.
calls_changed = Signal()
# calls: list[Call] of a person who is forgotten: drop what they said, and what was written of them (notes, files)
person_erased = Signal()
# survivor: Call, merged: Call (about to be deleted): move what hangs on it
calls_merged = Signal()
