"""Work in the cases of one agreement as the officer whose token it is: the same checks as on screen."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from comity.client.connection import CallFailedError, Connection
from comity.client.shapes import Case, Draft, Hit, Hits, Line, Problem, Record, Sent

BLOCK: Final = 1024 * 1024


class Client:
    """Read, ask, answer, release and search under one agreement, in one reality."""

    def __init__(self, connection: Connection, agreement: str = "", reality: str = "actual") -> None:
        """Work under ``agreement``; without one, under the only one there is.  Raises `CallFailedError`."""
        self._call = connection
        self._at = f"agreements/{agreement or self._only(connection)}/{reality}/cases"

    @staticmethod
    def _only(connection: Connection) -> str:
        found = connection.get("agreements", dict[str, Any])["items"]
        if len(found) != 1:
            raise CallFailedError(0, Problem(detail=f"There are {len(found)} agreements.", remedy="Name one."))
        return str(found[0]["agreement"])

    def cases(self, *, state: str = "", clause: str = "", area: str = "", owner: str = "") -> Iterator[Line]:
        """Go through the cases, the latest change first; ``state``: from-us, from-them, answered, closed."""
        query = {"state": state, "clause": clause, "area": area, "owner": owner}
        yield from self._call.pages(self._at, Line, query)

    def case(self, case: str, *, purpose: str = "") -> Case:
        """Return a case with its records; ``purpose`` says why one looks, where it is not one's own."""
        return self._call.get(f"{self._at}/{case}", Case, purpose=purpose)

    def record(self, record: str, *, purpose: str = "") -> Record:
        """Return one record."""
        return self._call.get(f"{self._at}/records/{record}", Record, purpose=purpose)

    def search(self, words: str, *, purpose: str, alike: bool = True) -> Iterator[Hit]:
        """Go through the records that say all words, the latest first; ``alike``: in any spelling and script."""
        cursor = ""
        while True:
            asked = {"words": words, "purpose": purpose, "alike": alike}
            path = f"{self._at}/search" + (f"?cursor={cursor}" if cursor else "")
            page = self._call.post(path, asked, Hits, again=False)
            yield from page.items
            if not page.next:
                return
            cursor = page.next

    def begin(
        self, kind: str, fields: Mapping[str, Any], *, case: str = "", answers: str = "", concerns: str = "",
        files: Sequence[Path] = (),
    ) -> Draft:  # fmt: skip
        """Begin a draft of a ``kind`` (request, reply, refusal, ...) and attach files to it; nothing is sent."""
        begun = {"kind": kind, "fields": dict(fields), "case": case, "answers": answers, "concerns": concerns}
        given = {name: value for name, value in begun.items() if value}
        draft = self._call.post(f"{self._at}/drafts", given, Draft)
        for path in files:
            with path.open("rb") as file:
                blocks = iter(lambda: file.read(BLOCK), b"")
                to = f"{self._at}/drafts/{draft.draft}/files"
                draft = self._call.upload(to, blocks, path.stat().st_size, path.name, Draft)
        return draft

    def send(self, draft: Draft) -> Sent:
        """Send a draft, where one person is enough."""
        return self._call.post(f"{self._at}/drafts/{draft.draft}/send", None, Sent, version=draft.version)

    def hand_over(self, draft: Draft) -> Draft:
        """Let a draft wait for a second person."""
        return self._call.post(f"{self._at}/drafts/{draft.draft}/hand-over", None, Draft, version=draft.version)

    def to_release(self) -> list[str]:
        """Return the drafts of others that wait for a second person."""
        found = self._call.get(f"{self._at}/to-release", dict[str, Any])
        return [str(one["draft"]) for one in found["items"]]

    def draft(self, draft: str) -> Draft:
        """Return a draft, to be released in the version that was read."""
        return self._call.get(f"{self._at}/drafts/{draft}", Draft)

    def release(self, draft: Draft) -> Sent:
        """Release what a colleague wrote, and send it."""
        return self._call.post(f"{self._at}/drafts/{draft.draft}/release", None, Sent, version=draft.version)

    def file(self, record: str, number: int = 0, *, purpose: str = "") -> Iterator[bytes]:
        """Go through an attachment block by block."""
        yield from self._call.download(f"{self._at}/records/{record}/files/{number}", purpose=purpose)
