// What waits until the first page can be read: sending, fetching the village, the offline shell, the strips above the page.
import {el, following} from './dom.js'
import {tell} from './frame.js'
import {words} from './words.js'
import {locked} from './vault.js'
import * as session from './session.js'
import * as sender from './sender.js'
import {persist} from './store.js'
import {pull} from './sync.js'

// Where there is no service worker the open page itself keeps what a visit without network may need.
const REST = ['today', 'households', 'household', 'said', 'call', 'heard', 'to_call', 'members', 'visit', 'places', 'amounts', 'guarantees', 'choices', 'photos', 'photo',
  'picture', 'place', 'save', 'sent', 'waiting', 'ways', 'me', 'rescue', 'case_card', 'consent', 'revisit', 'elsewhere', 'versions', 'empty', 'unshown']
const FRESH = 10 * 60e3 // ms
const done = new Set()
let pulled = 0, unsent = 0

/** after() → Promise: each step once, as soon as it can be done. */
export async function after() {
  once('worker', worker)
  once('outside', outside)
  once('strip', strip)
  if (!navigator.serviceWorker) once('rest', () => Promise.all(REST.map(name => import(`./${name}.js`))))
  if (locked()) return
  once('open', opened)
  parted()
  if (Date.now() - pulled > FRESH) refresh()
}

// One strip above the page, with a button that takes it away.
function show(kind, text, gone) {
  const aside = document.getElementById('strip')
  const line = el('p.' + kind, null, text, gone && el('button', {onclick: () => { line.remove(); gone() }}, words.understood))
  aside.append(line)
  aside.hidden = false
}

function once(name, work) {
  if (done.has(name)) return
  done.add(name)
  Promise.resolve(work()).catch(() => done.delete(name))
}

// A new version of the form takes over where nothing is being filled in.
async function worker() {
  if (!navigator.serviceWorker) return
  const {waiting} = await navigator.serviceWorker.register('/m/sw.js', {scope: '/m/'})
  if (waiting && !/(visit|consent|call\/[\w-]+)$/.test(location.pathname)) waiting.postMessage('update')
}

function strip() {
  if ('demo' in document.documentElement.dataset) show('demo', words.demo)
}

function outside() {
  if (!/MicroMessenger/i.test(navigator.userAgent) || localStorage.getItem('field:outside')) return
  show('hint', words.outside, () => localStorage.setItem('field:outside', '1'))
}

async function refresh() {
  pulled = Date.now()
  await pull().catch(() => { pulled = 0 })
}

async function parted() {
  if (await session.parted()) once('parted', () => show('hint', words.parted))
}

async function opened() {
  sender.start()
  await following(sender.onChange, sender.list, async list => {
    const left = list.filter(({state}) => state !== 'done').length
    // What was sent has changed what is to be done.
    if (unsent && !left) refresh()
    unsent = left
    tell(list)
    await session.count(list)
    return parted()
  })
  persist()
}
