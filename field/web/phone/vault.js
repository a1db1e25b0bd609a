// What lies on the phone is sealed by AES-GCM under a random key; the key itself lies there only wrapped by a secret.
import {erase, run} from './idb.js'

// PBKDF2-SHA-256, OWASP's figure of 2023.
const ITERATIONS = 600000
const AES = {name: 'AES-GCM', length: 256}
const say = 'BroadcastChannel' in self && new BroadcastChannel('field-vault')
if (say) say.onmessage = gone
let key = null

/** A value was asked for while the vault is locked. */
export class Locked extends Error {}

/** exists() → Promise<{username}|null>: whose vault lies on this phone. */
export async function exists() {
  const wrapped = await stored()
  return wrapped ? {username: wrapped.username} : null
}

/** owner() → Promise<username | null>: the same, and null too where the browser keeps nothing. */
export async function owner() {
  const found = await exists().catch(() => null)
  return found && found.username
}

/** standing() → Promise<'open' | 'locked' | 'none'>: all that is asked before the first page stands on the screen. */
export async function standing() {
  if (!locked()) return 'open'
  return await owner() ? 'locked' : 'none'
}

/** create(username, secret) → Promise: a new vault, open at once; throws if there is one already (wipe first). */
export async function create(username, secret) {
  if (await stored()) throw new Error('a vault lies here already')
  // What a tab wrote while another one wiped nobody could read any more.
  await erase()
  const fresh = await crypto.subtle.generateKey(AES, true, ['encrypt', 'decrypt'])
  await keep(username, secret, fresh)
  await unlock(username, secret)
}

/** unlock(username, secret) → Promise<boolean>: false for a wrong secret or another person's vault. */
export async function unlock(username, secret) {
  const wrapped = await stored()
  if (!wrapped || wrapped.username !== username) return false
  const opened = await unwrap(wrapped, secret, false)
  key = opened || key
  return Boolean(opened)
}

/** rekey(oldSecret, newSecret) → Promise<boolean>: the same data under a new password or PIN. */
export async function rekey(oldSecret, newSecret) {
  const wrapped = await stored()
  const opened = wrapped && await unwrap(wrapped, oldSecret, true)
  if (opened) await keep(wrapped.username, newSecret, opened)
  return Boolean(opened)
}

/** locked() → boolean. */
export function locked() {
  return !key
}

/** lock(): forgets the key until the next unlock. */
export function lock() {
  key = null
}

/** seal(value) → Promise<{iv, data}>: JSON values with ArrayBuffers or Blobs anywhere inside. */
export async function seal(value) {
  const bytes = await pack(value)
  const iv = random(12)
  return {iv, data: await crypto.subtle.encrypt({name: 'AES-GCM', iv}, needed(), bytes)}
}

/** open(sealed) → Promise<value>; Blobs come back as ArrayBuffers. */
export async function open({iv, data}) {
  return unpack(await crypto.subtle.decrypt({name: 'AES-GCM', iv}, needed(), data))
}

/** wipe() → Promise: deletes database, caches and key; the window event `field:wiped` follows in every tab. */
export async function wipe() {
  key = null
  await erase()
  if ('caches' in self) await Promise.all((await caches.keys()).map(name => caches.delete(name)))
  if (say) say.postMessage('wiped')
  gone()
}

function gone() {
  key = null
  self.dispatchEvent(new Event('field:wiped'))
}

function needed() {
  if (!key) throw new Locked('the vault is locked')
  return key
}

function stored() {
  return run('plain', 'readonly', table => table('plain').get('key'))
}

async function keep(username, secret, opened) {
  const salt = random(16), iv = random(12), iterations = ITERATIONS
  const wrapping = await stretch(secret, salt, iterations)
  const data = await crypto.subtle.wrapKey('raw', opened, wrapping, {name: 'AES-GCM', iv})
  await run('plain', 'readwrite', table => table('plain').put({username, salt, iv, iterations, data}, 'key'))
}

async function unwrap({salt, iv, iterations, data}, secret, extractable) {
  const wrapping = await stretch(secret, salt, iterations)
  return crypto.subtle
    .unwrapKey('raw', data, wrapping, {name: 'AES-GCM', iv}, AES, extractable, ['encrypt', 'decrypt'])
    .catch(() => null)
}

async function stretch(secret, salt, iterations) {
  const words = new TextEncoder().encode(secret.normalize('NFC'))
  const raw = await crypto.subtle.importKey('raw', words, 'PBKDF2', false, ['deriveKey'])
  const how = {name: 'PBKDF2', hash: 'SHA-256', salt, iterations}
  return crypto.subtle.deriveKey(how, raw, AES, false, ['wrapKey', 'unwrapKey'])
}

function random(length) {
  return crypto.getRandomValues(new Uint8Array(length))
}

// A sealed value is the JSON's length, the JSON with {"$bytes": [start, length]} in the place of bytes, and the bytes.
async function pack(value) {
  const parts = []
  let start = 0
  const json = JSON.stringify(value, (_, part) => {
    if (!(part instanceof Blob || part instanceof ArrayBuffer || ArrayBuffer.isView(part))) return part
    const length = part.size === undefined ? part.byteLength : part.size
    parts.push(part)
    start += length
    return {$bytes: [start - length, length]}
  })
  const head = new TextEncoder().encode(json)
  // A Blob's own arrayBuffer() is younger than the oldest browser of docs/real-phone.md.
  return new Response(new Blob([new Uint32Array([head.length]), head, ...parts])).arrayBuffer()
}

function unpack(buffer) {
  const head = 4 + new Uint32Array(buffer, 0, 1)[0]
  const json = new TextDecoder().decode(new Uint8Array(buffer, 4, head - 4))
  return JSON.parse(json, (_, part) => {
    if (!part || !part.$bytes) return part
    const [start, length] = part.$bytes
    return buffer.slice(head + start, head + start + length)
  })
}
