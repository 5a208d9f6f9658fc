"""Agents, extensions and departments grow from what the CDRs name. Called by the ingester, in its transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from calls import bulk
from calls.models import Agent, Extension
from voicenter_console.organisation.models import Account, Department
from voicenter_console.voicenter.records import CallRecord

LONGEST_NAME = 200


class Directory:
    """One account's people, phones and departments as far as `records` name them, with those that are new.

    Only `fresh` ones, in the order of their receipt, rename: what was said long ago is not said again by being read
    again. Agents come from the legs that were merged of them (`agents`), so that a record which lacks the code makes
    nobody twice.
    """

    def __init__(self, account: Account, records: Iterable[CallRecord], fresh: Iterable[CallRecord]) -> None:
        records = list(records)
        self._account = account
        self._fresh = list(fresh)
        self._departments = self._grow_departments(records)
        self._extensions = self._grow_extensions(records)

    def department(self, provider_id: int | None) -> int | None:
        """Our id of the department that the provider numbers so."""
        return self._departments[provider_id].pk if provider_id in self._departments else None

    def extension(self, code: str) -> int | None:
        """Our id of the phone with this SIP code."""
        return self._extensions[code].pk if code in self._extensions else None

    def agents(self, named: Iterable[tuple[str, str]]) -> dict[str, Agent]:
        """The agents of legs by `key_of(code, name)`, from pairs of both; new and renamed ones are written."""
        wanted = {key_of(code, name): (code, name[:LONGEST_NAME]) for code, name in named if code or name}
        known = {agent.key: agent for agent in bulk.found(self._of(Agent), "key", wanted)}
        fresh = [
            Agent(account=self._account, key=key, code=code, name=name)
            for key, (code, name) in sorted(wanted.items())
            if key not in known
        ]
        bulk.grow(fresh, "account", "key")
        said = {key_of(r.agent_code, r.agent_name): r.agent_name[:LONGEST_NAME] for r in self._fresh}
        bulk.update(_rename(known, said), ["name"])
        return known | {agent.key: agent for agent in fresh}

    def _of(self, model):
        return model.objects.filter(account=self._account)

    def _grow_departments(self, records: list[CallRecord]) -> dict[int, Department]:
        numbers = {n for r in records for n in (r.department_id, r.top_department_id) if n}
        names: dict[int, str] = {}
        parents: dict[int, int] = {}
        for record in self._fresh:
            its, top = record.department_id, record.top_department_id
            for number, name in ((its, record.department_name), (top, record.top_department_name)):
                if number and name:
                    names[number] = name[:LONGEST_NAME]
            if its and top:
                parents[its] = top
        known = {row.provider_id: row for row in bulk.found(self._of(Department), "provider_id", numbers)}
        missing = [
            Department(account=self._account, provider_id=number, name=names.get(number, ""))
            for number in sorted(numbers - known.keys())
        ]
        bulk.grow(missing, "account", "provider_id")
        bulk.update(_rename(known, names), ["name"])
        known |= {row.provider_id: row for row in missing}
        for number, top in parents.items():
            _put_under(known[number], known[top])
        return known

    def _grow_extensions(self, records: list[CallRecord]) -> dict[str, Extension]:
        wanted = {code for r in records for code in (r.extension, r.caller_extension, r.target_extension) if code}
        known = {line.code: line for line in bulk.found(self._of(Extension), "code", wanted)}
        fresh = [Extension(account=self._account, code=code) for code in sorted(wanted - known.keys())]
        bulk.grow(fresh, "account", "code")
        return known | {line.code: line for line in fresh}


def key_of(code: str, name: str) -> str:
    """By what an agent is known: the code, or the name where no code ever came."""
    return (code or name)[:LONGEST_NAME]


def _rename(known: Mapping, names: Mapping) -> list:
    """Those whose name is another now; changed, not written."""
    renamed = []
    for key, row in known.items():
        name = names.get(key)
        if name and row.name != name:
            row.name = name
            renamed.append(row)
    return renamed


def _put_under(child: Department, top: Department) -> None:
    """Once: an administrator may have moved it since. Never below itself."""
    if child == top or child.parent_id is not None or top.parent_id == child.pk:
        return
    child.parent = top
    child.save(update_fields=["parent"])
