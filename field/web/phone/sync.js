// The own village's households on the phone, to visit them without network.
import {api} from './net.js'
import * as store from './store.js'
import {locked} from './vault.js'

/** pull() → Promise<number>: the own village's households onto the phone; how many. Tells the page what is new. Throws Offline or LoggedOut. */
export async function pull() {
  const known = await store.get('settings', 'pack')
  const {status, data, headers} = await api('GET', '/api/pack', null, known ? {'If-None-Match': known.etag} : {})
  if (status === 304) return known.total
  if (status !== 200) throw new Error(`pack ${status}`)
  const pack = {etag: headers.get('ETag') || '', as_of: data.as_of, total: data.items.length}
  const begun = await store.all('drafts')
  const needed = (await store.all('households')).filter(form => begun.some(draft => draft.household_id === form.id))
  await store.transact([
    {table: 'households'},
    ...[...needed, ...data.items].map(form => ({table: 'households', id: form.id, value: form})),
    {table: 'settings', id: 'pack', value: pack},
    {table: 'settings', id: 'tasks', value: data.tasks || []},
  ])
  if (known) dispatchEvent(new CustomEvent('field:news'))
  return pack.total
}

/** household(id) → Promise<Form|null>: from the phone, or from the server (also while the vault is locked). */
export async function household(id) {
  const kept = !locked() && await store.get('households', id)
  if (kept) return kept
  const {status, data} = await api('GET', `/api/households/${id}/form`)
  if (status !== 200) return null
  if (!locked()) await store.put('households', id, data)
  return data
}
