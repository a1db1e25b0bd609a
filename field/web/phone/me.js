// 我: who I am, what lies on this phone, how it looks, and the way out.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {choose} from './sheet.js'
import {kick} from './sender.js'
import {persist, usage} from './store.js'
import {asFile} from './rescue.js'
import {saveFile} from './ways.js'
import * as session from './session.js'

let install = null
addEventListener('beforeinstallprompt', event => { event.preventDefault(); install = event })

/** show() → the page. */
export async function show() {
  const [me, room, unsent, edition] = await Promise.all([session.who(), usage(), session.unsent(), version()])
  return {title: words.tabs.me, tab: 'me', body: [person(me), phone(room, unsent), looks(), outside(), out(edition)]}
}

function person(me) {
  return el('section.card', null, el('h2', null, me ? me.name : words.me.unknown), me && el('p.quiet', null, me.region && me.region.name))
}

function phone({used, quota, persisted}, unsent) {
  const safe = el('p', null, persisted ? words.me.persisted : words.me.not_persisted)
  const ask = el('button.plain', {onclick: async () => {
    const given = await persist()
    fill(safe, given ? words.me.persisted : words.me.refused)
    ask.hidden = given
  }}, words.me.persist)
  ask.hidden = persisted
  return el('section.card', null, el('h2', null, words.me.phone), el('p', null, words.me.unsent(unsent)),
    used !== null && el('p', null, words.me.used(used, quota)), safe,
    el('div.stack', null, ask, unsent > 0 && el('button.plain', {onclick: async () => saveFile(await asFile())}, words.waiting.file)))
}

function looks() {
  const root = document.documentElement
  const button = el('button.switch', {role: 'switch', 'aria-checked': String(root.className === 'large'), onclick: () => {
    root.className = root.className === 'large' ? '' : 'large'
    button.setAttribute('aria-checked', root.className === 'large')
    if (root.className) localStorage.setItem('field:large', '1')
    else localStorage.removeItem('field:large')
  }}, words.me.large)
  return el('section.card', null, button)
}

function outside() {
  return el('section.card', null, el('h2', null, words.me.home), el('p', null, install ? words.me.home_ready : words.me.home_how),
    install && el('button.plain', {onclick: () => install.prompt()}, words.me.install), el('p.quiet', null, words.me.wechat))
}

function out(edition) {
  return el('div.stack', null, el('button.plain', {onclick: logOut}, words.me.out), edition && el('p.quiet', null, words.me.version(edition)))
}

async function logOut() {
  const held = await session.unsent()
  const way = held
    ? await choose(words.me.out_held(held), words.me.out_why, [[words.me.send_first, 'send', 'primary'], [words.waiting.file, 'file'], [words.me.stay, '', 'quiet']])
    : await choose(words.me.out, words.me.out_clean, [[words.me.stay, '', 'primary'], [words.me.out, 'leave']])
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
