// 需要处理: a visit that the server did not take never ends here: mend it, hand it to the town office, take it out, or let it go.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {choose, sheet} from './sheet.js'
import {fromVisit} from './draft.js'
import {household} from './sync.js'
import {mend, remove, toTownOffice} from './sender.js'
import {asText} from './rescue.js'

const SAYS = words.speak('ways', {
  mend: '修改后再发', town: '交乡镇处理', why: '请写一句原因，乡镇会看到：', hand: '交给乡镇',
  text: '导出成文字', copy: '复制', copied: '已复制', by_hand: '请长按文字复制', remove: '从手机删除',
  remove_why: '删除后，这次走访就没有了，不能恢复。', remove_photo: '走访已入台账，只删除没有收下的照片。', stay: '留着', file: '走访导出.json',
})

/** ways(visit) → Promise: what was wrong, both versions where the ledger has another one, and one button a way out. */
export async function ways(visit) {
  const both = visit.kept && visit.visit && !visit.path && await import('./versions.js')
  return [
    both && both.versions(visit, await household(visit.household) || {}),
    visit.errors.length > 0 && el('ul.errors', null, visit.errors.map(({message}) => el('li', null, message))),
    el('div.stack', null,
      !visit.receipt && (!visit.path || again(visit)) && el('button.answer', {onclick: () => mended(visit)}, SAYS.mend),
      !visit.receipt && (!visit.path || again(visit)) && el('button.plain', {onclick: () => handOver(visit)}, SAYS.town),
      visit.visit && !visit.path && el('button.plain', {onclick: () => copied(visit.id)}, SAYS.text),
      el('button.quiet', {onclick: () => forgotten(visit)}, SAYS.remove)),
  ]
}

/** saveFile(blob) → a file on the phone, where the browser can save one. */
export function saveFile(blob) {
  const url = URL.createObjectURL(blob)
  const anchor = el('a', {href: url, download: SAYS.file})
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
    fill(button, document.execCommand('copy') ? SAYS.copied : SAYS.by_hand)
  }}, SAYS.copy)
  await sheet(SAYS.text, close => [text, button, el('button.quiet', {onclick: () => close()}, words.close)])
}

async function mended(visit) {
  const form = await household(visit.household)
  const shape = again(visit) ? (await import('./to_revisit.js')).fromRevisit : fromVisit
  await mend(visit.id, (sent, photos) => shape(sent, photos, form))
  go(`/m/households/${visit.household}/${again(visit) ? 'revisit' : 'visit'}`)
}

function again({path}) {
  return path === '/api/revisits'
}

async function handOver(visit) {
  const reason = el('textarea', {rows: 3, value: visit.reason, 'aria-label': SAYS.why})
  const sure = await sheet(SAYS.town, close => [el('p', null, SAYS.why), reason,
    el('button.primary', {onclick: () => close(true)}, SAYS.hand), el('button.quiet', {onclick: () => close()}, words.back)])
  if (sure) await toTownOffice(visit.id, reason.value.trim() || visit.reason || SAYS.town)
}

async function forgotten(visit) {
  const sure = await choose(SAYS.remove, visit.receipt ? SAYS.remove_photo : SAYS.remove_why, [[SAYS.stay, false, 'primary'], [SAYS.remove, true, 'quiet']])
  if (!sure) return
  await remove(visit.id)
  go('/m/waiting')
}

function go(path) {
  dispatchEvent(new CustomEvent('field:go', {detail: {path, replace: true}}))
}
