// Who is at the phone: the login at the server and the key of what lies here, opened by one password.
import {Offline, LoggedOut, api} from './net.js'
import {run} from './idb.js'
import {get, put} from './store.js'
import * as vault from './vault.js'

let me = null
let renewing = Promise.resolve(false)

/** Why nobody came in; `why` is a key of words.refused. */
export class Refused extends Error {
  constructor(why, detail = '') {
    super(why)
    this.why = why
    this.detail = detail
  }
}

/** renewed() → Promise<boolean | null>: whether the login came back behind the page; null where there is no network to ask. */
export function renewed() {
  return renewing
}

/** who() → Promise<{id, username, name, role, region, parted, demo} | null>: from the server once, else as it was kept. */
export async function who() {
  me = me || await answered() || !vault.locked() && await get('settings', 'me') || null
  return me
}

/** enter(username, password, old?) → Promise: opens the vault (made at the first login) and sees to the server's cookie.
 *  Throws Offline, or Refused: wrong, ended, slow, other, old (the password was changed elsewhere: `old` opens what lies here). */
export async function enter(username, password, old = '') {
  const here = await vault.owner()
  if (here && here !== username) await giveWay(here)
  if (here === username && await vault.unlock(username, password)) return void (renewing = renew(username, password).finally(() => { renewing = Promise.resolve(false) }))
  await login(username, password).catch(error => { throw here && error instanceof Offline ? new Refused('wrong') : error })
  if (await vault.owner()) await reopen(username, password, old)
  else await vault.create(username, password)
  await who()
}

/** again(username, password) → Promise: only the server's cookie anew; the vault and the page stay as they are. */
export async function again(username, password) {
  await login(username, password)
  return who()
}

/** unsent() → Promise<number>: visits and drafts that only this phone holds; known while it is locked, too. */
export async function unsent() {
  const [visits, drafts] = [await at('readonly', 'plain', table => table.get('unsent')), await at('readonly', 'drafts', table => table.count())]
  return (visits || 0) + drafts
}

/** count(list) → Promise: keeps how many visits wait, so that the next person at this phone can be told. */
export function count(list) {
  return at('readwrite', 'plain', table => table.put(list.filter(visit => visit.state !== 'done').length, 'unsent'))
}

/** leave() → Promise: logs out and clears the phone; the caller has seen to what was unsent. */
export async function leave() {
  await api('POST', '/api/logout').catch(error => { if (!(error instanceof Offline || error instanceof LoggedOut)) throw error })
  me = null
  await vault.wipe()
}

/** erase() → Promise: gives up what lies on this phone, because its password is forgotten. */
export function erase() {
  return vault.wipe()
}

/** end() → Promise: the account has ended, so nothing stays on this phone; told on the page that is loaded next. */
export async function end() {
  if (!await vault.owner()) return
  sessionStorage.setItem('field:ended', '1')
  await vault.wipe()
  location.replace('/m/login')
}

/** parted() → Promise<boolean>: whether the post has ended; then what lies here goes, once nothing waits to be sent. */
export async function parted() {
  const {parted: gone} = me || !vault.locked() && await get('settings', 'me') || {}
  if (gone && !await unsent()) await end()
  return Boolean(gone)
}

/** ended() → whether this phone was just wiped because the account has ended; told once. */
export function ended() {
  const told = sessionStorage.getItem('field:ended')
  sessionStorage.removeItem('field:ended')
  return Boolean(told)
}

async function login(username, password) {
  const {status, data} = await api('POST', '/api/login', {username, password})
  me = null
  const over = status === 200 ? data.user.parted && !await unsent() : data && data.code === 'account_ended'
  if (status === 200 && !over) return
  if (!over) throw new Refused(status === 429 ? 'slow' : 'wrong', data ? data.detail : '')
  await end()
  throw new Refused('ended')
}

async function reopen(username, password, old) {
  if (!old || !await vault.rekey(old, password)) throw new Refused('old', old)
  await vault.unlock(username, password)
}

async function giveWay(here) {
  if (await unsent()) throw new Refused('other', here)
  await vault.wipe()
}

// The vault was opened without asking the server: a cookie that has run out meanwhile is renewed behind the page.
async function renew(username, password) {
  try {
    me = await answered()
    if (!me && navigator.onLine) await again(username, password)
    return Boolean(me)
  } catch (error) {
    if (error instanceof Offline) return null
    if (error instanceof Refused) return false
    throw error
  }
}

// Without the readable cookie beside the login's there is no login to ask about.
async function answered() {
  if (!document.cookie.includes('field_csrf=')) return null
  try {
    const {status, data} = await api('GET', '/api/me')
    if (status !== 200) return null
    if (!vault.locked()) await put('settings', 'me', data)
    return data
  } catch (error) {
    if (error instanceof Offline || error instanceof LoggedOut) return null
    throw error
  }
}

function at(mode, name, work) {
  return run(name, mode, tables => work(tables(name)))
}
