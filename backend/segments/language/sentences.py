"""A rule as a sentence, in Korean or English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backend.segments.language import words
from backend.segments.language.names import Names
from backend.segments.language.parsing import Group, Node, Not, Rule
from backend.segments.language.registry import conditions

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOBODY = {"ko": "아무도 해당하지 않음", "en": "Nobody"}
_EVERYBODY = {"ko": "모든 회원", "en": "All members"}


def describe(rule: Rule, language: str) -> str:
    """Say the rule in a sentence, `language` "ko" or "en": “강남구에 살고 포인트가 10,000점 이상인 회원”."""
    root = _simple(rule.root)
    if isinstance(root, Group) and not root.parts:
        return (_EVERYBODY if root.every else _NOBODY)[language]
    names = Names(language)
    return f"{_korean(root, names)} 회원" if language == "ko" else f"Members who {_english(root, names)}"


def _simple(node: Node, *, negated: bool = False) -> Node:
    """The same with "not" at conditions and groups that need it only, and no group of one."""
    if isinstance(node, Not):
        return _simple(node.part, negated=not negated)
    if isinstance(node, Group):
        if not node.parts:
            return Group(node.every != negated, ())
        if len(node.parts) == 1:
            return _simple(node.parts[0], negated=negated)
        group = Group(node.every, tuple(_simple(each) for each in node.parts))
        return Not(group) if negated else group
    return Not(node) if negated else node


def _korean(node: Node, names: Names, ending: int = words.ATTRIBUTE, *, inside: bool = False) -> str:
    if isinstance(node, Group) and not inside and ending == words.ATTRIBUTE and node.parts:
        return _korean_parts(node.parts, names, words.AND if node.every else words.OR)
    if isinstance(node, Not) and isinstance(node.part, Group):
        return words.korean(_bracketed(node.part, names), "이", ending, negated=True)
    if isinstance(node, Group):
        return words.korean(_bracketed(node, names), "이", ending)
    negated, given = (True, node.part) if isinstance(node, Not) else (False, node)
    assert not isinstance(given, Group | Not)  # noqa: S101 - `_simple` leaves no others
    phrase = conditions()[given.name].phrase(given, names)
    return words.korean(phrase.ko, phrase.verb, ending, negated=negated)


def _korean_parts(parts: Sequence[Node], names: Names, ending: int) -> str:
    *others, last = parts
    said = [_korean(each, names, ending, inside=True) for each in others]
    return " ".join([*said, _korean(last, names, inside=True)])


def _bracketed(group: Group, names: Names) -> str:
    if not group.parts:
        return "모든 회원" if group.every else "어떤 회원도 아님"
    return f"({_korean(group, names)} 회원)"


def _english(node: Node, names: Names, *, inside: bool = False) -> str:
    if isinstance(node, Group):
        if not node.parts:
            return "are members" if node.every else "are nobody"
        said = [_english(each, names, inside=True) for each in node.parts]
        text = (" and " if node.every else " or ").join(said)
        return f"({text})" if inside else text
    if isinstance(node, Not):
        if isinstance(node.part, Group):
            return f"are not among those who {_english(node.part, names, inside=True)}"
        assert not isinstance(node.part, Not)  # noqa: S101 - `_simple` leaves none
        return conditions()[node.part.name].phrase(node.part, names).en_not
    return conditions()[node.name].phrase(node, names).en
