"""What imports, merges and the finding of duplicates hold about a member."""

from __future__ import annotations

from backend.customers import of_table
from backend.unify.duplicates.models import DuplicateKey, DuplicatePair, DuplicateRecord
from backend.unify.models import ImportChange, Merge

_MOMENT = ("때", "When")

SECTIONS = (
    of_table(
        ImportChange,
        ("가져오기로 바뀐 것", "Changed by imports"),
        shown={"written_at": _MOMENT, "line": ("줄", "Line"), "before": ("이전 내용", "Before")},
    ),
    of_table(
        Merge,
        ("회원 합치기", "Merges"),
        hers=lambda subject: Merge.survivor_id.in_(subject.ids) | Merge.merged_id.in_(subject.ids),
        shown={"merged_at": _MOMENT, "fields": ("바뀐 항목", "Changed fields"), "undone_at": ("되돌림", "Undone")},
    ),
    of_table(
        DuplicatePair,
        ("중복 여부를 본 기록", "Compared with other members"),
        hers=lambda subject: DuplicatePair.first_id.in_(subject.ids) | DuplicatePair.second_id.in_(subject.ids),
        shown={"found_at": _MOMENT, "score": ("점수", "Score"), "decision": ("결정", "Decision")},
    ),
    of_table(
        DuplicateRecord,
        ("중복을 찾는 색인", "In the index of duplicates"),
        shown={"fingerprint": ("지문", "Fingerprint")},
        more=(DuplicateKey.__tablename__,),
    ),
)
