"""Reports: a period of some accounts, read by the definitions of `calls.metrics`, for pages, the API and exports."""
