"""Agents, extensions and departments grow from what the CDRs name. Called by the ingester, inside its transaction."""

from __future__ import annotations

from collections.abc import Iterable

from calls.models import Agent, Extension
from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter.records import CallRecord


class Directory:
    """What is known of one account's people, phones and departments, with what a batch of records adds."""

    def __init__(self, account: Account, records: Iterable[CallRecord]) -> None:
        records = list(records)
        self.account = account
        self._departments = self._grow_departments(records)
        self._agents = self._grow_agents(records)
        self._extensions = self._grow_extensions(records)

    def department(self, provider_id: int | None) -> int | None:
        return self._departments[provider_id].pk if provider_id in self._departments else None

    def agent(self, code: str, name: str) -> Agent | None:
        return self._agents.get(code or name)

    def extension(self, code: str) -> Extension | None:
        return self._extensions.get(code)

    def _grow_departments(self, records: list[CallRecord]) -> dict[int, Department]:
        named = {r.department_id: r.department_name or "" for r in records if r.department_id}
        tops = {r.top_department_id: r.top_department_name or "" for r in records if r.top_department_id}
        wanted = {**named, **{pk: tops[pk] or named.get(pk, "") for pk in tops}}
        known = {d.provider_id: d for d in Department.objects.filter(account=self.account, provider_id__in=wanted)}
        for provider_id, name in sorted(wanted.items()):
            if provider_id not in known:
                known[provider_id] = Department.objects.create(
                    account=self.account, provider_id=provider_id, name=name[:200]
                )
            elif name and known[provider_id].name != name[:200]:
                known[provider_id].name = name[:200]
                known[provider_id].save(update_fields=["name"])
        for record in records:
            child, top = known.get(record.department_id), known.get(record.top_department_id)
            if child and top and child != top and child.parent_id is None and top.parent_id != child.pk:
                child.parent = top
                child.save(update_fields=["parent"])
        return known

    def _grow_agents(self, records: list[CallRecord]) -> dict[str, Agent]:
        wanted = {
            r.agent_code or r.agent_name: (r.agent_code or "", r.agent_name or "")
            for r in records if r.agent_code or r.agent_name
        }  # fmt: skip
        known = {agent.key: agent for agent in Agent.objects.filter(account=self.account, key__in=wanted)}
        for key, (code, name) in sorted(wanted.items()):
            if key not in known:
                known[key] = Agent.objects.create(account=self.account, key=key, code=code, name=name)
            elif name and known[key].name != name:
                known[key].name = name
                known[key].save(update_fields=["name"])
        return known

    def _grow_extensions(self, records: list[CallRecord]) -> dict[str, Extension]:
        wanted: dict[str, str] = {}
        for r in records:
            for code in (r.extension, r.caller_extension, r.target_extension):
                if code:
                    wanted.setdefault(code, "")
        known = {line.code: line for line in Extension.objects.filter(account=self.account, code__in=wanted)}
        missing = [Extension(account=self.account, code=code) for code in sorted(wanted) if code not in known]
        if missing:
            known |= {line.code: line for line in Extension.objects.bulk_create(missing)}
        return known
