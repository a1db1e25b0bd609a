"""What lies on the phone: sealed, kept, taken out again, and the form without network."""

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.phone.conftest import Phone
from tests.phone.county import County
from tests.phone.visits import photo_of, queue, until, visit_of

pytestmark = pytest.mark.browser

SECRETS = ["陈秘密户主", "hidden-village-name", "13912345678"]


def found_on_disk(profile: Path, words: list[str]) -> list[str]:
    """Which words stand anywhere in the profile's files, in UTF-8 or UTF-16."""
    files = [path.read_bytes() for path in profile.rglob("*") if path.is_file() and not path.is_symlink()]
    spelled = {word: (word.encode(), word.encode("utf-16-le")) for word in words}
    return [word for word, forms in spelled.items() if any(form in content for form in forms for content in files)]


def worker(page: Page) -> list[str | None]:
    """The states of the waiting and the active service worker."""
    states: list[str | None] = page.evaluate("""async () => {
        const {waiting, active} = await navigator.serviceWorker.getRegistration()
        return [waiting, active].map(each => each && each.state)
    }""")
    return states


def test_a_lost_phone_tells_nothing(phone: Phone, county: County) -> None:
    county.households = [{"id": "h1", "head": SECRETS[0], "village": SECRETS[1]}]
    page = phone.opened()
    photo = photo_of(9000) + SECRETS[2].encode()
    digest = hashlib.sha256(photo).hexdigest()
    page.evaluate("() => E.sync.pull()")
    county.cut = True
    queue(page, visit_of(1, photo, note=SECRETS[0]))
    page.evaluate("([id, text]) => E.store.put('drafts', id, {id, text})", ["d1", SECRETS[2]])
    page.evaluate("text => E.idb.run('plain', 'readwrite', at => at('plain').put({text}, 'open'))", "told-in-the-open")
    page.evaluate("() => E.sync.household('h1')")
    phone.kill()
    words = [*SECRETS, digest, "密码一二三", "told-in-the-open"]
    assert found_on_disk(phone.profile, words) == ["told-in-the-open"]


def test_only_the_right_secret_opens_the_vault_and_a_new_one_replaces_it(phone: Phone) -> None:
    page = phone.opened(login=False)
    page.evaluate("() => E.store.put('settings', 'x', {text: '还在'})")
    assert page.evaluate("() => E.vault.rekey('wrong', 'new')") is False
    assert page.evaluate("() => E.vault.rekey('密码一二三', '新密码')") is True
    page = phone.tab(login=False)
    unlock = "([username, secret]) => E.vault.unlock(username, secret)"
    assert page.evaluate("() => E.vault.exists()") == {"username": "cadre"}
    assert page.evaluate(unlock, ["cadre", "密码一二三"]) is False
    assert page.evaluate(unlock, ["cadre2", "新密码"]) is False
    assert page.evaluate("() => E.store.get('settings', 'x').catch(error => error.constructor.name)") == "Locked"
    assert page.evaluate(unlock, ["cadre", "新密码"]) is True
    assert page.evaluate("() => E.store.get('settings', 'x')") == {"text": "还在"}


def test_a_sealed_value_comes_back_with_its_bytes(phone: Phone) -> None:
    page = phone.opened(login=False)
    same = page.evaluate("""async () => {
        const bytes = Uint8Array.from([0, 1, 254, 255])
        const two = new Blob(['ab'])
        const value = {a: [1, null, '中'], one: bytes.buffer, deep: [{two}], last: bytes.subarray(1, 3)}
        const sealed = await E.vault.seal(value)
        const back = await E.vault.open(sealed)
        const plain = buffer => [...new Uint8Array(buffer)]
        return [back.a, plain(back.one), plain(back.deep[0].two), plain(back.last),
            plain(await E.vault.open(await E.vault.seal(bytes.buffer)))]
    }""")
    assert same == [[1, None, "中"], [0, 1, 254, 255], [97, 98], [1, 254], [0, 1, 254, 255]]


def test_wiping_leaves_nothing_and_other_tabs_notice(phone: Phone) -> None:
    page, other = phone.opened(login=False), phone.opened(login=False)
    other.evaluate("() => { window.wiped = 0; addEventListener('field:wiped', () => { wiped++ }) }")
    page.evaluate("() => E.store.put('drafts', 'd1', {text: 'x'})")
    page.evaluate("() => E.vault.wipe()")
    other.wait_for_function("() => wiped > 0")
    assert other.evaluate("() => E.vault.locked()") is True
    assert page.evaluate("() => E.vault.exists()") is None
    page.evaluate("() => E.vault.create('cadre2', 'y')")
    assert page.evaluate("() => E.store.all('drafts')") == []


def test_a_database_closed_behind_our_back_is_opened_again(phone: Phone) -> None:
    phone.context.add_init_script("""
        const open = IDBFactory.prototype.open
        window.databases = []
        IDBFactory.prototype.open = function (...names) {
            const request = open.apply(this, names)
            request.addEventListener('success', () => databases.push(request.result))
            return request
        }""")
    page = phone.opened(login=False)
    kept = page.evaluate("""async () => {
        await E.store.put('drafts', 'd1', {n: 1})
        databases.forEach(each => each.close())
        await E.store.put('drafts', 'd2', {n: 2})
        const before = databases.length
        databases[databases.length - 1].dispatchEvent(new Event('close'))
        return [await E.store.all('drafts'), databases.length - before]
    }""")
    assert kept == [[{"n": 1}, {"n": 2}], 1]


def test_several_changes_are_all_kept_or_none(phone: Phone) -> None:
    page = phone.opened(login=False)
    kept = page.evaluate("""async () => {
        const wrong = [{table: 'drafts', id: 'a', value: 1}, {table: 'visits', id: {not: 'a key'}, value: 2}]
        const refused = await E.store.transact(wrong).then(() => 'kept', error => error.name)
        return [refused, await E.store.all('drafts')]
    }""")
    assert kept == ["DataError", []]


def test_the_own_village_is_fetched_again_only_when_it_changed(phone: Phone, county: County) -> None:
    county.households = [{"id": f"h{number}", "head": "陈"} for number in range(300)]
    page = phone.opened()
    assert page.evaluate("() => E.sync.pull()") == 300
    assert page.evaluate("() => E.sync.pull()") == 300
    county.households = county.households[:2]
    assert page.evaluate("() => E.sync.pull()") == 2
    county.cut = True
    assert page.evaluate("() => E.sync.household('h1')") == {"id": "h1", "head": "陈"}
    assert page.evaluate("() => E.sync.household('h2').catch(error => error.constructor.name)") == "Offline"


def test_a_household_opens_by_login_alone_before_the_vault_does(phone: Phone, county: County) -> None:
    county.households = [{"id": "h1", "head": "陈"}]
    page = phone.tab()
    assert page.evaluate("() => E.sync.household('h1')") == {"id": "h1", "head": "陈"}


def test_everything_can_be_taken_out_of_the_phone(phone: Phone, county: County) -> None:
    page = phone.opened()
    county.households = [{"id": "h1", "head": "陈某某", "group": "三组", "number": "420626-7"}]
    page.evaluate("() => E.sync.pull()")
    county.cut = True
    made = visit_of(1, b"photo", risk_factors=["illness"], income={"wages": 1860000})
    queue(page, made)
    page.evaluate("() => E.store.put('drafts', 'd1', {id: 'd1'})")
    content = page.evaluate("async () => JSON.parse(await (await E.rescue.asFile()).text())")
    assert (content["encrypted"], content["username"], content["drafts"]) == (False, "cadre", [{"id": "d1"}])
    assert content["visits"][0]["visit"] == made["visit"]
    assert content["photos"][0]["base64"] == "cGhvdG8="
    text = page.evaluate("id => E.rescue.asText(id)", made["visit"]["id"]).split("\n")
    assert "农户 陈某某 三组 420626-7" in text
    assert "收入 工资性收入 18,600.00 元" in text
    assert text[-1].startswith("核对号 ")


def test_the_form_opens_without_network_and_a_new_version_waits(phone: Phone, county: County) -> None:
    page = phone.tab(login=False)
    page.evaluate("() => { navigator.serviceWorker.register('/m/sw.js', {scope: '/m/'}) }")
    page.wait_for_function("() => navigator.serviceWorker.controller")
    phone.context.set_offline(True)
    page.goto(f"{county.url}/m/household/123")
    assert page.inner_text("p") == "壳 1"
    assert page.evaluate("async () => typeof (await import('/m/queue.js')).next") == "function"
    assert page.evaluate("() => fetch('/api/me').then(() => 'answered', () => 'no network')") == "no network"
    phone.context.set_offline(False)
    county.version = "2"
    page.evaluate("() => navigator.serviceWorker.getRegistration().then(kept => { kept.update() })")
    until(lambda: worker(page) == ["installed", "activated"], page)
    page.reload()
    assert page.inner_text("p") == "壳 1"
    assert worker(page) == ["installed", "activated"]
    page.evaluate("() => navigator.serviceWorker.getRegistration().then(kept => kept.waiting.postMessage('update'))")
    until(lambda: worker(page) == [None, "activated"], page)
    until(lambda: bool(page.evaluate("async () => (await caches.keys()).join() === 'field-2'")), page)
    page.reload()
    assert page.inner_text("p") == "壳 2"
