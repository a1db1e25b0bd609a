// What a person decides on a visit that the server did not take, or on a draft: nothing of it happens by itself.
import {alone} from './alone.js'
import {close} from './queue.js'
import {change, kick, tell} from './sender.js'
import * as store from './store.js'
import {uuid7} from './uuid7.js'

/** mend(id, shape?) → Promise<draft>: a refused record back into table drafts under a new id;
 *  shape(visit, photos) → draft with id, by default {id, visit, photos}; a photo carries what the visit's evidence says of it. */
export async function mend(id, shape = (visit, photos) => ({id: visit.id, visit, photos})) {
  return alone('queue', async () => {
    const item = await store.get('visits', id)
    if (!item || item.state !== 'needs_attention' || item.receipt) throw new Error('only a refused visit can be mended')
    const told = new Map((item.visit.evidence || []).map(each => [each.sha256, each]))
    const photos = item.photos.map(({id, sha256, kind}) => ({...told.get(sha256), id, sha256, kind}))
    const draft = shape({...item.visit, id: uuid7()}, photos)
    const left = photos.filter(({id: one}) => draft.photos.every(each => each.id !== one)) // signatures are drawn again
    await store.transact([{table: 'drafts', id: draft.id, value: draft}, {table: 'visits', id}, ...bytes(left)])
    tell()
    return draft
  })
}

/** keep(id) → Promise: what the ledger has stays; of the phone's own only the photographs that the ledger still misses are sent. */
export async function keep(id) {
  await alone('queue', async () => {
    const {other, ...item} = await store.get('visits', id)
    const photos = missed(item, other)
    const value = {...item, visit: other.kept, receipt: other.receipt, state: 'waiting', reason: '', errors: [], photos}
    await store.transact([{table: 'visits', id, value: close(value, Date.now())}, ...bytes(item.photos.filter(each => !photos.includes(each)))])
  })
  tell()
  kick()
}

/** missed(item, other) → the photographs here that the ledger's version names and does not have yet. */
export function missed({photos}, {evidence_missing: missing}) {
  return photos.filter(({sha256}) => missing.includes(sha256))
}

/** unnamed(item, other) → the photographs here that the ledger's version does not name: they go with the phone's own. */
export function unnamed({photos}, {kept}) {
  return photos.filter(({sha256}) => !(kept.evidence || []).some(one => one.sha256 === sha256))
}

/** remove(id) → Promise: deletes a visit and its photographs from this phone (the person chose so). */
export async function remove(id) {
  await alone('queue', async () => {
    const item = await store.get('visits', id)
    await store.transact([{table: 'visits', id}, ...item ? bytes(item.photos) : []])
  })
  tell()
  kick()
}

/** letGo(id) → Promise: deletes the photographs that were not taken; what is in the ledger stays here as its receipt. */
export async function letGo(id) {
  await alone('queue', async () => {
    const item = await store.get('visits', id)
    const photos = item.photos.filter(({state}) => state === 'done')
    await store.transact([{table: 'visits', id, value: close({...item, photos, lost: []}, Date.now())}, ...bytes(item.photos)])
  })
  tell()
}

/** discard(id) → Promise: deletes a draft with its photographs (the person chose so). */
export async function discard(id) {
  const {photos} = await store.get('drafts', id) || {photos: []}
  await store.transact([{table: 'drafts', id}, ...bytes(photos)])
  tell()
}

/** toTownOffice(id, reason) → Promise: hands a refused visit to the town office, as soon as there is network. */
export async function toTownOffice(id, reason) {
  await change(id, item => item.receipt ? item : ({...item, held: reason, state: 'waiting', reason: '', errors: [], tries: 0, due: 0}))
  kick()
}

function bytes(photos) {
  return photos.map(({id}) => ({table: 'photos', id}))
}
