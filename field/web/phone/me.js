// 我: who I am, what lies on this phone, how it looks, and the way out.
import {el, fill, following, link} from './dom.js'
import {words} from './words.js'
import {choose} from './sheet.js'
import {api} from './net.js'
import {kick, list, onChange} from './sender.js'
import {pull} from './sync.js'
import {persist, usage} from './store.js'
import {locked} from './vault.js'
import {asFile} from './rescue.js'
import {saveFile} from './ways.js'
import * as session from './session.js'

// Its words stand here, for no visit waits for them.
const mine = words.speak('me', {
  unknown: '还没有联网核对身份', phone: '这部手机', unsent: n => n ? `有 ${n} 条走访或草稿还没有发出` : '没有待发的走访',
  used: (used, left) => `已用 ${used}${left ? `，还可用 ${left}` : ''}`, mega: n => `${n} 兆`,
  persisted: '手机不会自动清理这里的资料。', not_persisted: '手机空间不足时，可能会清理这里的资料。',
  refused: '浏览器没有同意。把本页添加到主屏幕后再试。', persist: '请手机不要清理', large: '大字', on: '开', off: '关',
  home: '放到手机桌面', home_ready: '像应用一样从桌面打开。', install: '添加到桌面',
  home_how: '在浏览器菜单里选“添加到主屏幕”，下次从桌面打开。', wechat: '在微信里：点右上角 ··· 选“在浏览器打开”。',
  office: '办公网页', office_why: '立案、评议、公示、救助基金在办公网页上办，要有网络。', office_open: '打开办公网页',
  post: '代班', post_why: '换岗位以后，要再输一次密码，手机里换成那个岗位的农户。', own: '本岗位', post_held: '换岗位以前，请先发出手机里的走访和草稿', post_failed: '没有换成，请有信号时再试',
  out: '退出登录', out_held: n => `还有 ${n} 条没有发出`, out_why: '现在退出，这些走访和草稿会丢失，所以不能退出。请先发出，或导出保存。',
  out_clean: '都已上传。退出后，手机里的农户资料会清除。', send_first: '先去发出', stay: '不退出', version: text => `版本 ${text}`,
  language: '语言', language_why: '换语言以后，要再输一次密码。', language_far: '没有网络，手机里还没有存这种语言，请在有信号的地方再换。',
})

const LANGUAGES = {zh: ['zh-CN', '\u4e2d\u6587'], en: ['en', 'English']} // each in itself
const ENGLISH = ['english.js', 'english.codes.js', 'visit.schema.en.json', 'revisit.schema.en.json', 'manifest.en.webmanifest']
let install = null
addEventListener('beforeinstallprompt', event => { event.preventDefault(); install = event })

/** show() → the page. */
export async function show() {
  const [me, edition] = await Promise.all([session.who(), version()])
  const held = el('div.stack')
  const leave = await following(onChange, lying, ([room, unsent]) => fill(held, posts(me, unsent), phone(room, unsent)))
  return {title: words.tabs.me, tab: 'me', leave, body: [person(me), held, looks(), languages(), outside(), office(), out(edition)]}
}

async function lying() {
  if (!locked()) await session.count(await list())
  return Promise.all([usage(), session.unsent()])
}

function person(me) {
  return el('section.card', null, el('h2', null, me ? me.name : mine.unknown), me && el('p.quiet', null, me.region && me.region.name))
}

// What lies on the phone is of one post: it goes out first, then the other post's comes.
function posts(me, unsent) {
  if (!me || !me.posts || me.posts.length < 2) return null
  const told = el('p.quiet', null, unsent ? mine.post_held : mine.post_why)
  return el('section.card', null, el('h2', null, mine.post), told, el('div.stack', null, ...me.posts.map(one =>
    el('button.plain', {disabled: unsent > 0 || one.id === me.post, 'aria-pressed': String(one.id === me.post), onclick: () => act(one.id, told)}, one.id ? one.name : mine.own))))
}

async function act(post, told) {
  const {status} = await api('PUT', '/api/me/post', {post}).catch(() => ({}))
  if (status !== 200) return fill(told, mine.post_failed)
  await pull().catch(() => 0)
  location.replace('/m/')
}

function phone({used, quota, persisted}, unsent) {
  const safe = el('p', null, persisted ? mine.persisted : mine.not_persisted)
  const ask = el('button.plain', {onclick: async () => {
    const given = await persist()
    fill(safe, given ? mine.persisted : mine.refused)
    ask.hidden = given
  }}, mine.persist)
  ask.hidden = persisted
  return el('section.card', null, el('h2', null, mine.phone), el('p', null, mine.unsent(unsent)),
    used !== null && el('p', null, mine.used(megabytes(used), quota && megabytes(quota - used))), safe,
    el('div.stack', null, ask, unsent > 0 && el('button.plain', {onclick: async () => saveFile(await asFile())}, words.waiting.file)))
}

function looks() {
  const root = document.documentElement
  const look = () => {
    const large = root.className === 'large'
    button.setAttribute('aria-checked', large)
    button.dataset.said = large ? mine.on : mine.off
  }
  const button = el('button.switch', {role: 'switch', onclick: () => {
    root.className = root.className === 'large' ? '' : 'large'
    look()
    if (root.className) localStorage.setItem('field:large', '1')
    else localStorage.removeItem('field:large')
  }}, mine.large)
  look()
  return el('section.card', null, button)
}

// Every page is drawn anew, so that no text stays in the old language.
function languages() {
  const told = el('p.quiet', {role: 'status'}, mine.language_why), now = document.documentElement.lang
  return el('section.card', null, el('h2', null, mine.language), told, el('div.stack', null, Object.entries(LANGUAGES).map(([code, [lang, name]]) =>
    el('button.plain', {lang, disabled: lang === now, 'aria-pressed': String(lang === now), onclick: () => speak(code, told)}, name))))
}

async function speak(code, told) {
  if (code === 'en' && !await kept().catch(() => false)) return fill(told, mine.language_far)
  document.cookie = `field_language=${code};path=/;max-age=31536000;samesite=lax${location.protocol === 'https:' ? ';secure' : ''}`
  await pull().catch(() => 0)
  location.reload()
}

// Beside the offline shell, for the next page without network; later editions bring it along, since the server is told the language.
async function kept() {
  const edition = await version()
  const cache = edition && await caches.open(`field-${edition}`)
  const all = ENGLISH.map(name => `/m/${name}`)
  const there = cache && (await Promise.all(all.map(path => cache.match(path)))).every(Boolean)
  if (!there) await (cache ? cache.addAll(all) : Promise.all(all.map(path => fetch(path))))
  return true
}

function outside() {
  return el('section.card', null, el('h2', null, mine.home), el('p', null, install ? mine.home_ready : mine.home_how),
    install && el('button.plain', {onclick: () => install.prompt()}, mine.install), el('p.quiet', null, mine.wechat))
}

function office() {
  return el('section.card', null, el('h2', null, mine.office), el('p.quiet', null, mine.office_why), el('div.stack', null, link('/tasks', 'a.plain', mine.office_open)))
}

function out(edition) {
  return el('div.stack', null, el('button.plain', {onclick: logOut}, mine.out), edition && el('p.quiet', null, mine.version(edition)))
}

async function logOut() {
  const held = await session.unsent()
  const way = held
    ? await choose(mine.out_held(held), mine.out_why, [[mine.send_first, 'send', 'primary'], [words.waiting.file, 'file'], [mine.stay, '', 'quiet']])
    : await choose(mine.out, mine.out_clean, [[mine.stay, '', 'primary'], [mine.out, 'leave']])
  if (way === 'leave') await session.leave()
  if (way === 'file') saveFile(await asFile())
  if (way !== 'send') return
  kick()
  dispatchEvent(new CustomEvent('field:go', {detail: {path: '/m/waiting'}}))
}

// The offline shell is kept under the version that it came with.
async function version() {
  const names = 'caches' in self ? await caches.keys() : []
  return names.filter(name => name.startsWith('field-')).map(name => name.slice(6)).pop()
}

function megabytes(bytes) {
  return bytes < 1e9 ? mine.mega(Math.max(0.1, bytes / 1e6).toFixed(1)) : `${(bytes / 1e9).toFixed(1)} G`
}
