// Runs the queue: one tab sends, all tabs see it. Nothing leaves the store before the server's receipt.
import {alone} from './alone.js'
import {LoggedOut, Offline, api} from './net.js'
import * as queue from './queue.js'
import * as store from './store.js'
import {upload} from './upload.js'
import {uuid7} from './uuid7.js'
import {words} from './words.js'
import {Locked, exists, locked} from './vault.js'

// In ms, how long a receipt stays on the phone.
const KEPT = 30 * 86400000
const LATER = 5000 // ms after the other tab's turn
const listeners = new Set()
const tabs = 'BroadcastChannel' in self ? new BroadcastChannel('field-queue') : {postMessage() {}}
const SOON = {login: false, due: 0, tries: 0}
let waits = SOON, sending = null, waiting = null, pressed = false, timer = null, started = false

/** start(): sends whenever there is something and the vault is open; call once after unlock. */
export function start() {
  if (!started) listen()
  started = true
  kick()
}

/** kick(): tries at once (the person's tap, a new login, the network back). */
export function kick() {
  waits = SOON
  pressed = true
  round()
}

/** enqueue(visit, photos, draft = visit.id, to?) → Promise: queued and its draft deleted in one step.
 *  photos: [{id?, sha256, kind, bytes?, …}], with id alone when it is already in table photos; to: {path, household} of what is no visit. */
export async function enqueue(visit, photos, draft = visit.id, to = {}) {
  const named = photos.map(photo => ({...photo, id: photo.id || uuid7()}))
  const sized = await Promise.all(named.map(async ({bytes, ...photo}) =>
    ({...photo, size: (bytes || (await store.get('photos', photo.id)).bytes).byteLength})))
  await store.transact([
    {table: 'visits', id: visit.id, value: {...queue.item(visit, sized, Date.now()), ...to}},
    ...named.filter(photo => photo.bytes).map(photo => ({table: 'photos', id: photo.id, value: photo})),
    {table: 'drafts', id: draft},
  ])
  tell()
  kick()
}

/** list() → Promise<[{id, household, path?, state: waiting|sending|done|needs_attention, reason, errors, receipt, held,
 *  photos: [{id, sha256, kind, state, sent, size, reason}], saved_at}]>, newest first. */
export async function list() {
  const items = await store.all('visits')
  return items.map(item => item.id === sending ? {...item, state: 'sending'} : item)
    .sort((one, other) => other.saved_at.localeCompare(one.saved_at))
}

/** onChange(fn) → () => void (unsubscribe): fn() whenever list() may answer differently, in any tab. */
export function onChange(fn) {
  listeners.add(fn)
  return () => listeners.delete(fn)
}

function listen() {
  self.addEventListener('online', kick)
  document.addEventListener('visibilitychange', () => { if (!document.hidden) kick() })
  if (navigator.serviceWorker) navigator.serviceWorker.addEventListener('message', ({data}) => { if (data === 'kick') kick() })
  forgetOld()
}

// A second call while one waits for its turn would only do the same.
async function round() {
  if (locked() || waiting) return
  waiting = alone('sender', () => { waiting = null; return send() })
  await waiting.catch(error => { if (!(error instanceof Locked)) throw error })
}

async function send() {
  try {
    if (pressed) await forgive()
    if (queue.next(await load(), Date.now())) await settle({do: 'greet'}, await greet())
    for (let action; (action = queue.next(await load(), Date.now()));) await settle(action, await act(action))
  } finally {
    sending = null
    tell()
  }
  await report()
  again(queue.wake(await load(), Date.now()))
}

async function act(action) {
  sending = action.visit
  tell()
  const item = await store.get('visits', action.visit)
  if (!item) return {status: 404}
  if (action.do === 'record') return outcome(api('POST', item.path || '/api/visits', item.visit))
  if (action.do === 'held') return outcome(api('POST', '/api/visits/held', {visit: {household_id: item.household, ...item.visit}, reason: item.held}))
  const photo = item.photos.find(each => each.sha256 === action.photo)
  const kept = await store.get('photos', photo.id)
  if (!kept) return {status: 410, data: {detail: words.sent.lost}}
  return outcome(upload(photo, kept.bytes, marks => change(item.id, now => queue.photo(now, photo.sha256, marks))))
}

// The queue belongs to the person: another one's login in this browser must not send it.
async function greet() {
  const answer = await outcome(api('GET', '/api/me'))
  const mine = await exists()
  if (answer.status !== 200 || answer.data.username === mine.username) return answer
  self.dispatchEvent(new CustomEvent('field:login', {detail: null}))
  return {status: 401}
}

async function outcome(asked) {
  const jitter = Math.random()
  try {
    return {...await asked, jitter}
  } catch (error) {
    if (error instanceof Offline) return {status: 0, jitter}
    if (error instanceof LoggedOut) return {status: 401}
    throw error
  }
}

async function settle(action, answer) {
  const {items, ...rest} = queue.after({...waits, items: []}, action, answer, Date.now())
  waits = rest
  if (action.visit) await change(action.visit, item => queue.after({...waits, items: [item]}, action, answer, Date.now()).items[0])
}

/** change(id, how) → Promise: one visit as how(item) makes it; a photograph's bytes go in the same transaction that marks it as arrived. */
export async function change(id, how) {
  await alone('queue', async () => {
    const before = await store.get('visits', id)
    if (!before) return
    const item = how(before)
    if (item === before) return
    const arrived = item.photos.filter(photo => photo.state === 'done').map(photo => ({table: 'photos', id: photo.id}))
    await store.transact([{table: 'visits', id, value: item}, ...arrived])
  })
  tell()
}

async function forgive() {
  pressed = false
  const {items} = await load()
  const slow = items.filter(item => item.due || item.photos.some(photo => photo.due))
  for (const {id} of slow) await change(id, item => queue.hurry({items: [item]}).items[0])
}

async function load() {
  return {...waits, items: await store.all('visits')}
}

function again(pause, later = 0) {
  clearTimeout(timer)
  if (pause === null) return
  timer = setTimeout(round, pause + later)
  wakeLater()
}

// Background Sync only wakes an open page: the key lives nowhere else.
async function wakeLater() {
  const registration = navigator.serviceWorker && await navigator.serviceWorker.getRegistration()
  if (registration && registration.sync) await registration.sync.register('send').catch(() => null)
}

async function report() {
  const held = (await store.all('visits')).filter(item => item.state !== 'done')
  const oldest = held.map(item => item.saved_at).sort()[0] || null
  const now = `${held.length} ${oldest}`
  if (now === (await store.get('settings', 'reported') || '0 null') || waits.login || waits.due) return
  const {status} = await outcome(api('POST', '/api/phones', {device: await device(), waiting: held.length, oldest}))
  if (status === 204) await store.put('settings', 'reported', now)
}

async function device() {
  const kept = await store.get('settings', 'device')
  const id = kept || uuid7()
  if (!kept) await store.put('settings', 'device', id)
  return id
}

async function forgetOld() {
  if (locked()) return
  const old = (await store.all('visits')).filter(item => item.state === 'done' && item.done_at < Date.now() - KEPT)
  await store.transact(old.map(({id}) => ({table: 'visits', id})))
}

/** tell(): list() may answer differently, here and in the other tabs. */
export function tell() {
  tabs.postMessage({sending, waits})
  listeners.forEach(fn => fn())
}

// Another tab sends; should it be closed, this one goes on a little later.
tabs.onmessage = async ({data}) => {
  const loggedOut = data.waits.login && !waits.login
  ;({sending, waits} = data)
  listeners.forEach(fn => fn())
  if (loggedOut) self.dispatchEvent(new CustomEvent('field:login', {detail: null}))
  if (started && !sending && !locked()) again(queue.wake(await load(), Date.now()), LATER)
}
