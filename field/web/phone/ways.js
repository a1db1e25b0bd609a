// 需要处理: a visit that the server did not take never ends here: mend it, hand it to the town office, take it out, or let it go.
import {el, fill, link} from './dom.js'
import {words} from './words.js'
import {choose, sheet} from './sheet.js'
import {day, hour} from './days.js'
import {fromVisit} from './draft.js'
import {fromConsents, unsigned} from './signing.js'
import {fromCall} from './to_call.js'
import {fromRevisit} from './to_revisit.js'
import {keptFor, turn} from './keep.js'
import {discard, keep, letGo, mend, missed, remove, toTownOffice, unnamed} from './mending.js'
import {household} from './sync.js'
import {put} from './store.js'
import {kindOf} from './telling.js'
import {asText} from './rescue.js'

const SAYS = words.speak('ways', {
  mend: '修改后再发', town: '交乡镇处理', why: '请写一句原因，乡镇会看到：', hand: '交给乡镇',
  text: '导出成文字', copy: '复制', copied: '已复制', by_hand: '请长按文字复制', remove: '从手机删除',
  remove_why: '删除后，这一条就没有了，不能恢复。', recorded: '已入台账，只有照片没有收下。要补拍，请下次走访时再拍。', let_go: '删除没收下的照片',
  let_go_why: '台账里的记录和回执都在，只删除没有收下的照片。', stay: '留着', file: '走访导出.json',
  twice: '台账里先有了另一份，不会被改动。手机里的这份要么不要了，要么改好另记一次。', keep: '保留台账里的', anew: '改好另记一次',
  keep_why: (gone, wanted) => `台账里的不变。手机里的这份${gone ? `和它的 ${gone} 张照片` : ''}会删除，不能恢复。${wanted ? `台账里还缺的 ${wanted} 张照片会接着上传。` : ''}`,
  keep_sure: '保留台账里的，删除手机里的', first: '先填那一份',
  unknown: '这一户不在手机里，现在也取不到，改不了。可以交乡镇处理，或者有网络时再试。',
  begun: '这一户还有一份没填完。请先填完那一份保存，或者在“待发”里删除，再来改这一份。这一份会一直留在手机里。',
  started: (date, time) => `${date} ${time} 开始`, drop: '删除这份草稿', drop_why: '删除后，填过的内容和照片就没有了，不能恢复。',
})

/** ways(visit) → Promise: what was wrong, both versions where the ledger has another one, and one button a way out. */
export async function ways(visit) {
  const {other} = visit
  const open = !visit.receipt
  return [
    other && await (await import('./versions.js')).versions(other, await known(visit) || {}, kindOf(visit.path)),
    visit.errors.length > 0 && el('ul.errors', null, visit.errors.map(({message}) => el('li', null, message))),
    other && el('p', null, SAYS.twice), visit.receipt && el('p', null, SAYS.recorded),
    el('div.stack', null,
      other && el('button.answer', {onclick: () => keepTheirs(visit)}, SAYS.keep),
      open && el(other ? 'button.plain' : 'button.answer', {onclick: () => mended(visit)}, other ? SAYS.anew : SAYS.mend),
      open && el('button.plain', {onclick: () => handOver(visit)}, SAYS.town),
      visit.visit && el('button.plain', {onclick: () => copied(visit.id)}, SAYS.text),
      !other && el('button.quiet', {onclick: () => forgotten(visit)}, visit.receipt ? SAYS.let_go : SAYS.remove)),
  ]
}

/** begun(draft, form) → a draft among what waits: the way on, and the way to let it go. */
export function begun(draft, form) {
  return el('section.card', null,
    link(pageOf(draft), 'a.line', el('strong', null, form ? form.head : words.waiting.unknown), draft.kind && el('span.tag', null, whatOf(draft))),
    el('p.quiet', null, SAYS.started(day(draft.started_at), hour(draft.started_at))),
    el('div.stack', null, el('button.quiet', {onclick: () => dropped(draft)}, SAYS.drop)))
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

// One that is no longer on this phone, nor to be asked for, bars no way out.
function known({household: id}) {
  return household(id).catch(() => null)
}

// A household has one draft of a kind, in one tab: another one goes first, and this record stays where it is.
async function mended(visit) {
  const form = await known(visit)
  if (!form) return choose(SAYS.mend, SAYS.unknown, [[words.back, false, 'quiet']])
  const {kind, shape} = shaped(visit)
  const draft = {household_id: visit.household, kind}
  const end = await turnOf(draft)
  const free = end && !await keptFor(visit.household, kind)
  if (free) await mend(visit.id, (sent, photos) => shape(sent, photos, form)).catch(error => { end(); throw error })
  if (free) await unsign(visit, form)
  if (end) await end()
  if (free || await choose(SAYS.mend, SAYS.begun, [[SAYS.first, true, 'primary'], [words.back, false, 'quiet']])) go(pageOf(draft))
}

// What a draft of its kind is called, and how it is made of what was sent.
function shaped({path, visit: {person_id: person}}) {
  const kind = kindOf(path)
  if (kind === 'revisits') return {kind: 'revisit', shape: fromRevisit}
  if (kind === 'consents') return {kind: 'consent', shape: fromConsents}
  if (kind === 'calls') return {kind: `call/${person}`, shape: (sent, photos, {id}) => fromCall(sent, id)}
  return {shape: fromVisit}
}

// This phone had noted who signed; what is not in the ledger is not signed.
async function unsign({path, visit}, form) {
  if (kindOf(path) === 'consents' && form && form.case) await put('households', form.id, unsigned(form, visit))
}

function whatOf({kind}) {
  return words.waiting.whats[`${kind.split('/')[0]}s`]
}

function turnOf(draft) {
  return turn(`${draft.kind || 'visit'}-${draft.household_id}`, {ifAvailable: true}, () => null)
}

function pageOf({household_id: id, kind}) {
  return `/m/households/${id}/${kind || 'visit'}`
}

async function handOver(visit) {
  const reason = el('textarea', {rows: 3, value: visit.reason, 'aria-label': SAYS.why})
  const sure = await sheet(SAYS.town, close => [el('p', null, SAYS.why), reason,
    el('button.primary', {onclick: () => close(true)}, SAYS.hand), el('button.quiet', {onclick: () => close()}, words.back)])
  if (sure) await toTownOffice(visit.id, reason.value.trim() || visit.reason || SAYS.town)
}

async function keepTheirs(visit) {
  const {other} = visit
  const sure = await choose(SAYS.keep, SAYS.keep_why(unnamed(visit, other).length, missed(visit, other).length), [[SAYS.stay, false, 'primary'], [SAYS.keep_sure, true, 'plain']])
  if (!sure) return
  await keep(visit.id)
  await unsign(visit, await known(visit))
  go(`/m/waiting/${visit.id}`)
}

// Another tab that writes it would only keep it again.
async function dropped(draft) {
  if (!await choose(SAYS.drop, SAYS.drop_why, [[SAYS.stay, false, 'primary'], [SAYS.drop, true, 'quiet']])) return
  const end = await turnOf(draft)
  if (!end) return go(pageOf(draft))
  await discard(draft.id)
  await end()
}

async function forgotten(visit) {
  const [word, why] = visit.receipt ? [SAYS.let_go, SAYS.let_go_why] : [SAYS.remove, SAYS.remove_why]
  if (!await choose(word, why, [[SAYS.stay, false, 'primary'], [word, true, 'quiet']])) return
  if (visit.receipt) return letGo(visit.id)
  await remove(visit.id)
  await unsign(visit, await known(visit))
  go('/m/waiting')
}

function go(path) {
  dispatchEvent(new CustomEvent('field:go', {detail: {path, replace: true}}))
}
