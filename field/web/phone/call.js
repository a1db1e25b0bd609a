// 打电话: the number is fetched at the tap, with a reason that the county can see; kept sealed for calls without data.
import {el} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {Offline, api} from './net.js'
import {choose, sheet} from './sheet.js'
import {get, put} from './store.js'
import {locked} from './vault.js'

/** call(person, household) → Promise: asks why, shows the number to be dialled, and the way to note what was heard. */
export async function call(person, household) {
  const reason = await choose(words.call.why, words.call.traced, labels.reason.map(word => [words.word(word), word]))
  if (!reason) return
  const phone = await number(person.id, reason)
  await sheet(person.name, close => [
    phone ? el('a.primary.figures', {href: `tel:${phone}`}, words.call.dial(phone)) : el('p', null, words.call.none),
    el('button.plain', {onclick: () => { close(); heard(person, household) }}, words.call.reached),
    el('button.quiet', {onclick: () => close()}, words.close),
  ])
}

function heard(person, household) {
  dispatchEvent(new CustomEvent('field:go', {detail: {path: `/m/households/${household}/call/${person.id}`}}))
}

async function number(id, reason) {
  try {
    const {status, data} = await api('POST', `/api/people/${id}/phone`, {reason})
    if (status === 200 && !locked()) await put('settings', 'phone ' + id, data.phone)
    return status === 200 ? data.phone : null
  } catch (error) {
    if (!(error instanceof Offline)) throw error
    return locked() ? null : get('settings', 'phone ' + id)
  }
}
