"""An admin brings members in from a file: from upload to undo, and what the screens look like on the way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from tests.e2e import chromium
from tests.e2e.floor import settled, sign_in_at_desk
from tests.e2e.test_screens import DESK, LOOKS, TABLET, named, views
from tests.e2e.test_screens_of_trust import Inspector, speaks

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.e2e.server import DangolServer

HEADING = "고객번호,이름,휴대폰,생년월일,성별,메모"
_WITHIN = 60_000


def _file(folder: Path, prefix: str, *, members: int = 12) -> Path:
    """Members of whom one in ten has a row that cannot be used."""
    rows = [HEADING]
    for number in range(members):
        phone = "12" if number % 10 == 3 else f"010-7788-{number:04d}"
        rows.append(f"{prefix}{number},{prefix}회원{number},{phone},1990-01-31,여,창가 자리")
    path = folder / f"{prefix}.csv"
    path.write_bytes("\n".join(rows).encode("cp949"))
    return path


def _open(page: Page, server: DangolServer, path: str = "/admin/imports") -> None:
    page.goto(f"{server.url}{path}")
    sign_in_at_desk(page, "admin")
    settled(page)


def _count(page: Page, name: str, count: int) -> None:
    expect(page.locator(f"[data-count={name}] dd")).to_have_text(str(count), timeout=_WITHIN)


def test_a_file_goes_from_upload_to_undo(profile: BrowserContext, server: DangolServer, tmp_path: Path) -> None:
    page = profile.new_page()
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    _open(page, server, "/admin/imports/new")
    page.locator("input[type=file]").set_input_files(_file(tmp_path, "가"))
    expect(page.locator("[data-column=휴대폰] select")).to_have_value("phone")
    expect(page.get_by_label("글자 인코딩")).to_have_value("cp949")
    page.reload()
    expect(page.locator("[data-column=메모] select")).to_have_value("memo")
    page.get_by_label("이 열 설정을 저장할 이름").fill("옛 시스템")
    page.get_by_role("button", name="검사하기").click()
    expect(page.get_by_text("아직 아무것도 저장하지 않았습니다")).to_be_visible(timeout=_WITHIN)
    _count(page, "new", 11)
    problem = page.locator("tr[data-row]")
    expect(problem).to_have_count(1)
    expect(problem).to_contain_text("‘휴대폰’ 값은 010-1234-5678 같은 전화번호가 아닙니다")
    expect(problem).to_contain_text("5")
    page.get_by_role("button", name="11건 가져오기").click()
    expect(page.get_by_text("가져오기를 마쳤습니다")).to_be_visible(timeout=_WITHIN)
    _count(page, "new", 11)
    _count(page, "bad", 1)
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV로 받기").click()
    assert "휴대폰" in download.value.path().read_text(encoding="utf-8-sig")
    assert [each["name"] for each in server.get(f"/api/v1/customers?q={quote('가회원7')}")["items"]] == ["가회원7"]

    page.get_by_role("button", name="되돌리기").click()
    page.get_by_role("dialog").get_by_role("button", name="되돌리기").click()
    expect(page.get_by_text("이 가져오기를 되돌렸습니다")).to_be_visible(timeout=_WITHIN)
    assert server.get(f"/api/v1/customers?q={quote('가회원7')}")["items"] == []
    page.get_by_role("link", name="가져오기", exact=True).last.click()
    expect(page.locator("tr[data-row]").first).to_contain_text("되돌림")


def test_the_saved_columns_come_by_themselves_and_a_drop_is_enough(
    profile: BrowserContext, server: DangolServer
) -> None:
    page = profile.new_page()
    _open(page, server, "/admin/imports/new")
    body = {"columns": {"첫째": "name", "둘째": "phone"}}
    answer = page.request.put(f"{server.url}/api/v1/imports/profiles/POS", data=body, headers={"Origin": server.url})
    assert answer.ok, answer.text()
    dropped = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        " data.items.add(new File(['첫째,둘째\\n김하나,010-7799-0001\\n'], 'pos.csv')); return data; }"
    )
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": dropped})
    expect(page.get_by_text("저장해 둔 ‘POS’ 설정이 이 파일에 맞아 그대로 썼습니다")).to_be_visible()
    expect(page.locator("[data-column=첫째] select")).to_have_value("name")
    page.locator("[data-column=둘째] select").select_option("")
    expect(page.get_by_role("button", name="검사하기")).to_be_disabled()
    expect(page.get_by_text("이름 열이 있어야 같은 회원을 알아볼 수 있습니다")).to_be_visible()


def test_what_is_no_table_is_refused_in_a_sentence(
    profile: BrowserContext, server: DangolServer, tmp_path: Path
) -> None:
    page = profile.new_page()
    _open(page, server, "/admin/imports/new")
    nothing = tmp_path / "nothing.csv"
    nothing.write_bytes(b"")
    page.locator("input[type=file]").set_input_files(nothing)
    expect(page.get_by_role("alert")).to_contain_text("empty")


def _sales(folder: Path, server: DangolServer, prefix: str, *, receipts: int = 6) -> Path:
    """Receipts of two lines each, the second ones behind all the first; one has a line that cannot be used."""
    store = server.get("/api/v1/stores")["items"][0]["code"]
    rows = ["영수증번호,매장코드,판매일시,카드번호,상품코드,수량,판매금액"]
    for line, sku in enumerate(("차-1", "차-2")):
        for number in range(receipts):
            quantity = "-1" if (line, number) == (1, 4) else "1"
            rows.append(f'{prefix}{number},{store},2026-01-15 14:0{number % 10},,{sku},{quantity},"12,000"')
    path = folder / f"{prefix}.csv"
    path.write_bytes("\n".join(rows).encode("cp949"))
    return path


def test_sales_come_in_by_receipts_and_go_again(profile: BrowserContext, server: DangolServer, tmp_path: Path) -> None:
    page = profile.new_page()
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    _open(page, server, "/admin/imports/new")
    path = _sales(tmp_path, server, "영")
    _bring_in(page, server, "sales", path)
    _count(page, "new", 5)
    _count(page, "bad", 2)
    problems = page.locator("tr[data-row]")
    expect(problems).to_have_count(2)
    expect(problems.first).to_contain_text("같은 영수증의 12번째 줄을 쓸 수 없어 함께 뺐습니다")
    expect(problems.last).to_contain_text("반품은 원래 판매에서 처리해 주세요")
    page.get_by_role("button", name="5건 가져오기").click()
    expect(page.get_by_text("가져오기를 마쳤습니다")).to_be_visible(timeout=_WITHIN)
    run = page.url
    _bring_in(page, server, "sales", path)
    _count(page, "new", 0)
    _count(page, "unchanged", 5)
    page.goto(run)
    page.get_by_role("button", name="되돌리기").click()
    expect(page.get_by_role("dialog")).to_contain_text("가져온 판매 5건이 지워지고")
    page.get_by_role("dialog").get_by_role("button", name="되돌리기").click()
    expect(page.get_by_text("가져온 판매는 지워졌고")).to_be_visible(timeout=_WITHIN)


@pytest.mark.parametrize(("look", "size"), views(TABLET, DESK), ids=named)
def test_the_screens_of_importing_sales(
    browser: Browser, server: DangolServer, tmp_path: Path, look: str, size: dict[str, int]
) -> None:
    language, scheme = LOOKS[look]
    prefix = f"{'라마'[language == 'en']}{size['width']}-"
    with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        speaks(page, language)
        camera = Inspector(page, look)
        _open(page, server, "/admin/imports/new")
        page.locator("[data-kind=sales]").click()
        camera.take("admin-import-sales-file")
        page.locator("input[type=file]").set_input_files(_sales(tmp_path, server, prefix))
        expect(page.locator("[data-column=수량] select")).to_have_value("quantity")
        camera.take("admin-import-sales-columns")
        page.locator("button.btn-primary").click()
        expect(page.locator("tr[data-row]")).to_have_count(2, timeout=_WITHIN)
        settled(page)
        camera.take("admin-import-sales-check")
        page.locator("button.btn-primary").click()
        expect(page.locator(".notice.good")).to_be_visible(timeout=_WITHIN)
        settled(page)
        page.locator("main .btn-quiet").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        camera.take("admin-import-sales-undo")
    assert camera.found == {}


@pytest.mark.parametrize(("look", "size"), views(TABLET, DESK), ids=named)
def test_the_screens_of_imports(
    browser: Browser, server: DangolServer, tmp_path: Path, look: str, size: dict[str, int]
) -> None:
    language, scheme = LOOKS[look]
    prefix = f"{'나다'[language == 'en']}{size['width']}"
    with chromium.new_profile(browser, viewport=size, color_scheme=scheme) as context:
        page = context.new_page()
        speaks(page, language)
        camera = Inspector(page, look)
        _open(page, server)
        camera.take("admin-imports")
        page.locator("a[href='/admin/imports/new']").first.click()
        settled(page)
        camera.take("admin-import-file")
        page.locator("input[type=file]").set_input_files(_file(tmp_path, prefix, members=40))
        expect(page.locator("[data-column=메모] select")).to_have_value("memo")
        camera.take("admin-import-columns")
        page.locator("button.btn-primary").click()
        expect(page.locator("tr[data-row]")).to_have_count(4, timeout=_WITHIN)
        settled(page)
        camera.take("admin-import-check")
        page.locator("button.btn-primary").click()
        expect(page).to_have_url(re.compile(r"/admin/imports/[0-9a-f-]{36}$"))
        expect(page.locator(".notice.good")).to_be_visible(timeout=_WITHIN)
        expect(page.locator("tr[data-row]")).to_have_count(4)
        settled(page)
        camera.take("admin-import-result")
        page.locator("main .btn-quiet").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        camera.take("admin-import-undo")
        page.goto(f"{server.url}/admin/imports")
        expect(page.locator("tr[data-row]").first).to_be_visible()
        settled(page)
        camera.take("admin-imports-list")
    assert camera.found == {}


def _products(folder: Path, prefix: str, *, price: str = "12,000") -> Path:
    """Products of whom one has no price that can be read."""
    rows = ["품번,상품명,영문명,브랜드,판매가"]
    for number in range(8):
        worth = "공짜" if number == 5 else f'"{price}"'
        rows.append(f"{prefix}-{number},{prefix} 차 {number},{prefix} Tea {number},산아래,{worth}")
    path = folder / f"{prefix}.csv"
    path.write_bytes("\n".join(rows).encode("cp949"))
    return path


def _bring_in(page: Page, server: DangolServer, kind: str, path: Path) -> None:
    """From the first step to the check."""
    page.goto(f"{server.url}/admin/imports/new")
    page.locator(f"[data-kind={kind}]").click()
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="검사하기").click()
    expect(page.get_by_text("아직 아무것도 저장하지 않았습니다")).to_be_visible(timeout=_WITHIN)


def test_products_come_in_are_sold_by_their_new_price_and_go_again(
    profile: BrowserContext, server: DangolServer, tmp_path: Path
) -> None:
    page = profile.new_page()
    page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
    _open(page, server, "/admin/imports/new")
    _bring_in(page, server, "products", _products(tmp_path, "차"))
    _count(page, "new", 7)
    problem = page.locator("tr[data-row]")
    expect(problem).to_contain_text("‘판매가’ 값은 89000, 89,000, 12.50 같은 금액이 아닙니다")
    page.get_by_role("button", name="7건 가져오기").click()
    expect(page.get_by_text("가져오기를 마쳤습니다")).to_be_visible(timeout=_WITHIN)
    found = server.get(f"/api/v1/products?q={quote('차-3')}")["items"]
    assert [(each["name"], each["price"]) for each in found] == [("차 차 3", 12_000)]

    _bring_in(page, server, "products", _products(tmp_path, "차", price="13,000"))
    _count(page, "changed", 7)
    page.get_by_role("button", name="7건 가져오기").click()
    expect(page.get_by_text("가져오기를 마쳤습니다")).to_be_visible(timeout=_WITHIN)
    assert server.get(f"/api/v1/products?q={quote('차-3')}")["items"][0]["price"] == 13_000
    page.get_by_role("button", name="되돌리기").click()
    page.get_by_role("dialog").get_by_role("button", name="되돌리기").click()
    expect(page.get_by_text("바뀐 상품은 전과 같습니다")).to_be_visible(timeout=_WITHIN)
    assert server.get(f"/api/v1/products?q={quote('차-3')}")["items"][0]["price"] == 12_000
    page.get_by_role("link", name="가져오기", exact=True).last.click()
    expect(page.locator("tr[data-row]").first).to_contain_text("상품")
