// What is to be sent next, and what an answer means. Pure: queue = {items, login, due, tries}; times in milliseconds.
import {words} from './words.js'

const FIRST = 5000, LONGEST = 15 * 60000
const LATER = [408, 425, 429]

/** item(visit, photos, now) → a visit as the queue keeps it; photos: [{id, sha256, kind, size}]. */
export function item(visit, photos, now) {
  return {
    id: visit.id, household: visit.household_id, saved_at: new Date(now).toISOString(), visit,
    state: 'waiting', reason: '', errors: [], receipt: null, held: '', lost: [], tries: 0, due: 0,
    photos: photos.map(photo => ({...photo, state: 'waiting', reason: '', sent: 0, url: null, tries: 0, due: 0})),
  }
}

/** next(queue, now) → {do: 'record'|'held'|'photo', visit, photo?} | null: all records before any photograph. */
export function next(queue, now) {
  if (queue.login || queue.due > now) return null
  const due = todo(queue).filter(action => action.due <= now)
  return due.find(action => action.do !== 'photo') || due[0] || null
}

/** wake(queue, now) → milliseconds until there is something to do, or null. */
export function wake(queue, now) {
  const times = queue.login ? [] : todo(queue).map(action => Math.max(action.due, queue.due) - now)
  return times.length ? Math.max(0, Math.min(...times)) : null
}

/** after(queue, action, {status, data?, jitter?}, now) → queue; status 0 is no network, jitter 0…1. */
export function after(queue, action, outcome, now) {
  if (outcome.status === 401) return {...queue, login: true}
  if (outcome.status === 0) return {...queue, ...pause(queue, outcome, now)}
  const items = queue.items.map(item => item.id === action.visit ? close(settle(item, action, outcome, now), now) : item)
  return {...queue, items, tries: 0, due: 0}
}

/** hurry(queue) → the queue without any waiting: a new login, the network back, the person's tap. */
export function hurry(queue) {
  const soon = {tries: 0, due: 0}
  const items = queue.items.map(item => ({...item, ...soon, photos: item.photos.map(photo => ({...photo, ...soon}))}))
  return {...queue, items, ...soon, login: false}
}

/** photo(item, sha256, marks) → the item with the marks set on that photograph. */
export function photo(item, sha256, marks) {
  return {...item, photos: item.photos.map(each => each.sha256 === sha256 && each.state === 'waiting' ? {...each, ...marks} : each)}
}

function todo({items}) {
  return items.filter(item => item.state === 'waiting').flatMap(item => item.receipt
    ? item.photos.filter(each => each.state === 'waiting').map(each => ({do: 'photo', visit: item.id, photo: each.sha256, due: each.due}))
    : [{do: item.held ? 'held' : 'record', visit: item.id, due: item.due}])
}

function settle(item, action, outcome, now) {
  return action.do === 'photo' ? sent(item, action.photo, outcome, now) : recorded(item, outcome, now)
}

function recorded(item, outcome, now) {
  const {status, data} = outcome
  const receipt = fine(status) && data && data.receipt
  if (receipt) return {...accepted(item, data), receipt, warnings: data.warnings, reason: '', errors: []}
  // Without a receipt nothing was received.
  if (fine(status) || again(status)) return {...item, ...pause(item, outcome, now)}
  return {...item, state: 'needs_attention', ...refusal(outcome), errors: data && data.errors || [], other: data && data.kept ? data : null}
}

// Only what the visit names and the server does not miss is there already; a photograph that it does not name is sent all the same.
function accepted(item, {evidence_missing: missing}) {
  const named = (item.visit.evidence || []).map(each => each.sha256)
  const there = sha256 => missing && named.includes(sha256) && !missing.includes(sha256)
  const photos = item.photos.map(each => there(each.sha256) ? {...each, state: 'done'} : each)
  return {...item, photos, lost: (missing || []).filter(sha256 => !photos.some(each => each.sha256 === sha256))}
}

function sent(item, sha256, outcome, now) {
  const {status} = outcome
  const before = item.photos.find(each => each.sha256 === sha256) || {}
  if (fine(status)) return photo(item, sha256, {state: 'done', sent: before.size})
  if (again(status)) return photo(item, sha256, pause(before, outcome, now))
  return photo(item, sha256, {state: 'needs_attention', ...refusal(outcome)})
}

/** close(item, now) → the item; one of which everything has arrived stays as its receipt, without content. */
export function close(item, now) {
  if (!item.receipt || item.photos.some(each => each.state === 'waiting')) return item
  const refused = item.photos.find(each => each.state === 'needs_attention')
  if (refused) return {...item, state: 'needs_attention', reason: refused.reason}
  if (item.lost.length) return {...item, state: 'needs_attention', reason: words.sent.lost}
  const photos = item.photos.map(({id, kind, size, state}) => ({id, kind, size, state, sent: size}))
  return {...item, state: 'done', visit: null, photos, done_at: now}
}

function refusal({data}) {
  return {reason: data && (data.detail || data.title) || words.sent.refused}
}

function pause({tries = 0}, {jitter = 0.5}, now) {
  return {tries: tries + 1, due: now + Math.min(LONGEST, FIRST * 2 ** tries) * (0.5 + jitter)}
}

function fine(status) {
  return status >= 200 && status < 300
}

function again(status) {
  return status >= 500 || LATER.includes(status)
}
