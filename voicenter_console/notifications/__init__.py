"""What the console tells the outside by itself: signed webhooks and mails, as rows that outlive a crash (ADR 41)."""
