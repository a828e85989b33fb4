"""What associates look for among the demo's members: the queries of the look-up benchmarks, typed key by key."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"

# Keeps a handle on the book's worker, so that a measurement can speak with it as the app does. With `constant` set, the
# worker is not asked at all: every search is answered with the same twenty rows, in the same page.
WATCH_THE_WORKER = """
window.constant = null;
window.Worker = class extends Worker {
    constructor(...given) { super(...given); window.bookWorker = this; }
    postMessage(message, ...more) {
        if (window.constant === null || message?.method !== 'findCustomers') return super.postMessage(message, ...more);
        const value = { ...window.constant, query: message.args[0] };
        queueMicrotask(() => this.onmessage(new MessageEvent('message', { data: { call: message.call, value } })));
    }
};
window.ask = (method, ...args) => new Promise((resolve, reject) => {
    const call = -1 - Math.floor(Math.random() * 1e9);
    const hear = ({ data }) => {
        if (data.call !== call) return;
        window.bookWorker.removeEventListener('message', hear);
        if ('failure' in data) reject(new Error(data.failure)); else resolve(data.value);
    };
    window.bookWorker.addEventListener('message', hear);
    window.bookWorker.postMessage({ call, method, args });
});
"""


def initials(name: str) -> str:
    """The initial consonants of a Korean name."""
    return "".join(_INITIALS[(ord(ch) - 0xAC00) // 588] if "가" <= ch <= "힣" else ch for ch in name)


def queries(page: Page, count: int, *, seed: int = 7) -> list[str]:
    """`count` queries of every kind that Find knows, for members who exist, in a fixed order."""
    chance = random.Random(seed)
    members: list[dict[str, Any]] = page.evaluate(
        """async () => {
            const found = new Map();
            for (const first of '김이박최정강조윤장임') {
                const { hits } = await window.ask('findCustomers', first, 60);
                for (const { row } of hits) found.set(row.id, row);
            }
            return [...found.values()];
        }"""
    )
    kinds: list[Callable[[Any], Any]] = [
        lambda row: row["phone"] and row["phone"][-4:],
        lambda row: row["phone"] and "0" + row["phone"][3:],
        lambda row: row["name"],
        lambda row: initials(row["name"]),
        lambda row: row["name"][0] + initials(row["name"][1:]),
        lambda row: row["name_latin"] and row["name_latin"].lower(),
        lambda row: row["cards"] and row["cards"][0],
    ]
    made: list[str] = []
    for number in range(count * 10):
        wanted = kinds[number % len(kinds)](chance.choice(members))
        if wanted and len(made) < count:
            made.append(wanted)
    return made
