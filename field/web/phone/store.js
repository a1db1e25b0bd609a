// The phone's tables: every value sealed before it is written. Tables: households, drafts, visits, photos, settings.
import {run} from './idb.js'
import {open, seal} from './vault.js'

/** get(table, id) → Promise<value|undefined>. */
export async function get(table, id) {
  const sealed = await run(table, 'readonly', at => at(table).get(id))
  return sealed && open(sealed)
}

/** all(table) → Promise<value[]>, in the order of their ids (so values carry their own id). */
export async function all(table) {
  const sealed = await run(table, 'readonly', at => at(table).getAll())
  return Promise.all(sealed.map(open))
}

/** put(table, id, value) → Promise. */
export function put(table, id, value) {
  return transact([{table, id, value}])
}

/** del(table, id) → Promise. */
export function del(table, id) {
  return transact([{table, id}])
}

/** clear(table) → Promise. */
export function clear(table) {
  return transact([{table}])
}

/** transact([{table, id, value} | {table, id} (deletes) | {table} (clears)]) → Promise: all or nothing. */
export async function transact(changes) {
  const sealed = await Promise.all(changes.map(async change =>
    change.value === undefined ? change : {...change, value: await seal(change.value)})) // IndexedDB does not wait for cryptography
  const tables = [...new Set(changes.map(change => change.table))]
  if (tables.length) await run(tables, 'readwrite', at => { sealed.forEach(change => apply(at(change.table), change)) })
}

/** usage() → Promise<{used, quota, persisted}>, in bytes; null where the browser does not tell. */
export async function usage() {
  const {usage: used = null, quota = null} = await ask('estimate') || {}
  return {used, quota, persisted: Boolean(await ask('persisted'))}
}

/** persist() → Promise<boolean>: asks the browser not to evict. */
export async function persist() {
  return Boolean(await ask('persist'))
}

function apply(table, {id, value}) {
  if (id === undefined) table.clear()
  else if (value === undefined) table.delete(id)
  else table.put(value, id)
}

async function ask(what) {
  const storage = navigator.storage
  return storage && storage[what] ? storage[what]() : null
}
