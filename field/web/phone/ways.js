// 需要处理: a visit that the server did not take never ends here: mend it, hand it to the town office, take it out, or let it go.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {choose, sheet} from './sheet.js'
import {fromVisit} from './draft.js'
import {household} from './sync.js'
import {mend, remove, toTownOffice} from './sender.js'
import {asText} from './rescue.js'

/** ways(visit) → what was wrong, and one button a way out. */
export function ways(visit) {
  return [
    visit.errors.length > 0 && el('ul.errors', null, visit.errors.map(({message}) => el('li', null, message))),
    el('div.stack', null,
      !visit.receipt && !visit.path && el('button.answer', {onclick: () => mended(visit)}, words.ways.mend),
      !visit.receipt && !visit.path && el('button.plain', {onclick: () => handOver(visit)}, words.ways.town),
      visit.visit && el('button.plain', {onclick: () => copied(visit.id)}, words.ways.text),
      el('button.quiet', {onclick: () => forgotten(visit)}, words.ways.remove)),
  ]
}

/** saveFile(blob) → a file on the phone, where the browser can save one. */
export function saveFile(blob) {
  const url = URL.createObjectURL(blob)
  const anchor = el('a', {href: url, download: words.ways.file})
  document.body.append(anchor)
  anchor.click()
  anchor.remove()
  setTimeout(() => URL.revokeObjectURL(url), 60000)
}

/** copied(id) → Promise: one visit as text, to be copied or read out. */
export async function copied(id) {
  const text = el('textarea', {rows: 10, readonly: true, value: await asText(id)})
  const button = el('button.primary', {onclick: () => {
    text.select()
    fill(button, document.execCommand('copy') ? words.ways.copied : words.ways.by_hand)
  }}, words.ways.copy)
  await sheet(words.ways.text, close => [text, button, el('button.quiet', {onclick: () => close()}, words.close)])
}

async function mended(visit) {
  const form = await household(visit.household)
  await mend(visit.id, (sent, photos) => fromVisit(sent, photos, form))
  go(`/m/households/${visit.household}/visit`)
}

async function handOver(visit) {
  const reason = el('textarea', {rows: 3, value: visit.reason, 'aria-label': words.ways.why})
  const sure = await sheet(words.ways.town, close => [el('p', null, words.ways.why), reason,
    el('button.primary', {onclick: () => close(true)}, words.ways.hand), el('button.quiet', {onclick: () => close()}, words.back)])
  if (sure) await toTownOffice(visit.id, reason.value.trim() || visit.reason || words.ways.town)
}

async function forgotten(visit) {
  const sure = await choose(words.ways.remove, visit.receipt ? words.ways.remove_photo : words.ways.remove_why, [[words.ways.stay, false, 'primary'], [words.ways.remove, true, 'quiet']])
  if (!sure) return
  await remove(visit.id)
  go('/m/waiting')
}

function go(path) {
  dispatchEvent(new CustomEvent('field:go', {detail: {path, replace: true}}))
}
