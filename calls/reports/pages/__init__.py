"""What the pages of reports show: figures, charts and one table, which exports write too."""
