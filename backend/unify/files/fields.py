"""What a row of a file may say, and by which headings it is known; the fields of members."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A field: its name, and its headings in Korean and English, the best first."""

    name: str
    headings: tuple[str, ...]


class Fields:
    """The fields of one kind of row: their names, the place of each in a row, and their headings."""

    def __init__(self, *fields: Field) -> None:
        self.names = tuple(field.name for field in fields)
        self.place = {name: place for place, name in enumerate(self.names)}
        self._ranks = {heading: (field.name, rank) for field in fields for rank, heading in enumerate(field.headings)}

    def by_heading(self, headings: list[str]) -> dict[int, str]:
        """{place of a column: field} for the headings that are known; of several for one field the best stands."""
        best: dict[str, tuple[int, int]] = {}
        for place, heading in enumerate(headings):
            found = self._ranks.get(plain(heading))
            if found is None:
                continue
            name, rank = found
            if name not in best or rank < best[name][0]:
                best[name] = (rank, place)
        return {place: name for name, (_, place) in best.items()}


MEMBER_FIELDS = Fields(
    Field("source_key", ("고객번호", "고객id", "고객코드", "customerid", "customerno", "customernumber", "id", "key")),
    Field("name", ("이름", "성명", "고객명", "회원명", "한글명", "name", "fullname", "koreanname", "customername")),
    Field(
        "name_latin", ("영문명", "영문이름", "영문성명", "영문", "englishname", "namelatin", "latinname", "romanname")
    ),
    Field("name_han", ("한자명", "한자이름", "한자성명", "한자", "漢字", "hanname", "hanja", "chinesename", "namehan")),
    Field(
        "phone",
        (
            *("휴대폰", "휴대폰번호", "휴대전화", "핸드폰", "핸드폰번호", "연락처", "전화", "전화번호"),
            *("mobile", "mobilephone", "mobileno", "cellphone", "cell", "phone", "phoneno", "phonenumber"),
            *("tel", "telephone"),
        ),
    ),
    Field(
        "email",
        ("이메일", "이메일주소", "전자우편", "메일", "메일주소", "email", "emailaddress", "mail", "mailaddress"),
    ),
    Field("language", ("언어", "사용언어", "선호언어", "language", "lang")),
    Field("birth_date", ("생년월일", "생일", "출생일", "birth", "birthdate", "birthday", "dateofbirth", "dob")),
    Field("sex", ("성별", "sex", "gender")),
    Field("nationality", ("국적", "국가", "nationality", "country")),
    Field("district", ("지역", "거주지역", "거주지", "주소", "district", "region", "area", "city", "address")),
    Field(
        "store",
        ("가입매장", "가입점", "매장코드", "점포코드", "매장", "점포", "지점", "storecode", "homestore", "store"),
    ),
    Field("memo", ("메모", "비고", "특이사항", "memo", "note", "notes", "remark", "remarks", "comment")),
    Field(
        "card",
        (
            *("카드번호", "회원번호", "멤버십번호", "멤버십카드", "회원카드", "카드", "cardnumber", "cardno", "card"),
            *("membernumber", "memberno", "membershipnumber", "memberid"),
        ),
    ),
    Field("unit", ("사업장", "사업장코드", "사업부", "사업부코드", "businessunit", "unitcode", "unit")),
    Field(
        "phones",
        (
            *(
                "휴대폰2",
                "휴대전화2",
                "핸드폰2",
                "전화2",
                "전화번호2",
                "연락처2",
                "다른번호",
                "추가연락처",
                "보조연락처",
            ),
            *("집전화", "자택전화", "직장전화", "mobile2", "phone2", "tel2", "secondphone", "otherphone"),
            *("homephone", "workphone"),
        ),
    ),
    Field("like", ("좋아하는것", "선호", "선호사항", "취향", "like", "likes", "preference", "preferences")),
    Field("dislike", ("싫어하는것", "비선호", "기피사항", "dislike", "dislikes")),
    Field("size", ("사이즈", "치수", "size", "sizes")),
    Field("instruction", ("요청사항", "응대요청", "instruction", "instructions", "request", "requests")),
)
PLACE = MEMBER_FIELDS.place
FURTHER = ("phones", "like", "dislike", "size", "instruction")
"""Of these a member may have several: a cell may name more than one, and all rows of a member are taken together.

Allergies are none of them: without a consent of their own they may not be kept.
"""
_NOISE = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(\[（].*?[)\]）]")


def plain(heading: str) -> str:
    """A heading without case, blanks, signs and what stands in brackets: "Mobile No. (필수)" is "mobileno"."""
    return _NOISE.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", heading)).lower())
