"""Figures of calls, each by one definition (METRICS): pages, API, exports, alerts and the formula panel read these.

`inputs` says which records count, `totals` adds them up, `definitions` divides; `rollups` keeps the sums per hour and
per local day, `reading` reads them back exactly, `drill` leads from a figure to the calls behind it.
"""
