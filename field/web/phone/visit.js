// 走访: the form at the door; a card a section, open only where something has changed.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {hour, stamp} from './days.js'
import {card} from './card.js'
import {answered, begin, declared, sameAsLast, sections} from './draft.js'
import {inTurn, keeper, keptFor} from './keep.js'
import {locked} from './vault.js'
import {uuid7} from './uuid7.js'

export const open = true

/** show(id) → the page; what is typed lies on the phone half a second later. */
export const show = id => inTurn('visit', id, () => page(id))

async function page(id) {
  const [form, kept] = await Promise.all([household(id), keptFor(id)])
  if (!form) return {title: words.visit.title, back: '/m/households', body: el('p', null, words.failed.unknown)}
  const visit = opened(form, kept || begin(form, uuid7(), new Date()), Boolean(kept))
  const cards = sections.map(section => card(visit, section))
  visit.refresh = () => { cards.forEach(each => each.refresh()); visit.count() }
  const place = el('section.card', {id: 'place', 'data-field': 'location'}, el('h2', null, words.visit.place))
  later(visit, place)
  return {
    title: words.visit.of(form.head), back: `/m/households/${id}`,
    leave: () => { visit.keep.flush(); visit.keep.stop(); visit.leaving.forEach(work => work()) },
    body: [visit.faults, all(visit), ...cards.map(each => each.element), place], bar: bar(visit),
  }
}

// Before the service worker stands, the server sends the household along with the page (Link: rel=preload), and only a bare fetch takes it up.
async function household(id) {
  const first = !(navigator.serviceWorker && navigator.serviceWorker.controller) && locked()
  const answer = first && await fetch(`/api/households/${id}/form`).catch(() => null)
  return answer && answer.status === 200 ? answer.json() : (await import('./sync.js')).household(id)
}

// A visit being filled in; its sections call changed() at every keystroke and leave their endings in `leaving`.
function opened(form, draft, begun) {
  if (declared(form) && draft.answers.risk_factors === 'same') delete draft.answers.risk_factors // declared since
  const kept = el('span.kept', {role: 'status'})
  const progress = el('strong.figures')
  const keep = keeper(draft, now => fill(kept, words.visit.kept(hour(stamp(now)))))
  let asked = false
  const changed = () => {
    visit.begun = true
    keep.touch()
    visit.count()
    if (visit.again) visit.again()
    if (!locked() || asked) return
    asked = true
    ask(visit)
  }
  const count = () => fill(progress, words.visit.progress(answered(draft).length, sections.length))
  const visit = {form, draft, begun, keep, changed, count, told: [progress, kept], leaving: [], faults: el('div')}
  count()
  return visit
}

function all(visit) {
  if (!visit.form.last_visit) return el('p.lead', null, words.visit.first)
  return el('section.card.all', null, el('p', null, words.visit.all_why),
    el('button.answer', {onclick: () => { sameAsLast(visit.draft, visit.form); visit.refresh(); visit.changed() }}, words.visit.all))
}

function bar(visit) {
  const button = el('button.primary', {onclick: async () => {
    button.disabled = true
    try {
      await (await import('./save.js')).save(visit)
    } finally {
      button.disabled = false
    }
  }}, words.visit.save)
  return [el('p.progress', null, ...visit.told), button]
}

// The vault is made (or opened) once, while the form stays as it is typed.
async function ask(visit) {
  if (!await (await import('./login.js')).unlock()) return
  visit.keep.touch()
  await (await import('./after.js')).after()
}

async function later(visit, place) {
  await new Promise(done => setTimeout(done))
  place.append(...(await import('./place.js')).body(visit))
}
