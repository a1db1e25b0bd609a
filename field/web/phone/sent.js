// 一次走访的去向: kept on the phone, on its way, or in the ledger with its number; and the way out when it was refused.
import {el, fill, following, link} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {day, hour} from './days.js'
import {get} from './store.js'
import {list, onChange} from './sender.js'

/** show(id) → the page of one visit, which follows what happens to it. */
export async function show(id) {
  const holder = el('div.stack', {role: 'status'})
  const found = async () => (await list()).find(each => each.id === id)
  const drawn = async () => {
    const visit = await found()
    return visit ? told(visit) : el('p', null, words.sent.gone)
  }
  const leave = await following(onChange, drawn, parts => fill(holder, parts))
  return {
    title: what(await found()) || words.sent.title, back: '/m/waiting', leave, body: holder,
    bar: [link('/m/', 'a.primary', words.sent.on)],
  }
}

/** what(record) → what it is, where it is no visit. */
export function what({path} = {}) {
  return path && words.waiting.whats[path.split('/').pop()]
}

/** line(visit, form) → what is said of one visit in one line. */
export function line({saved_at}, form) {
  return [form && form.group, words.sent.saved(day(saved_at), hour(saved_at))].filter(Boolean).join(' · ')
}

/** progress(photos) → each photograph with how far it is. */
export function progress(photos) {
  if (!photos.length) return null
  return el('ul.progress', null, photos.map(({kind, state, sent, size}) => el('li', null,
    el('span', null, labels.evidence[kind]),
    state === 'done' || !sent ? null : el('progress', {max: size, value: sent, 'aria-label': labels.evidence[kind]}),
    el('span.quiet', null, words.sent.photo[state] || words.sent.photo.waiting))))
}

async function told(visit) {
  const form = await get('households', visit.household)
  const number = (visit.receipt || {}).number, stuck = visit.state === 'needs_attention'
  return [
    el(`section.result.${visit.state}`, null,
      el('h2', null, headline(visit)), el('p', null, form && form.head, el('br'), line(visit, form)),
      stuck ? number && el('p', null, visit.reason) : !number && el('p', null, words.sent.safe)),
    number && receipt(number),
    visit.photos.length > 0 && el('section.card', null, progress(visit.photos)),
    (visit.warnings || []).length > 0 && warned(visit.warnings),
    stuck && await (await import('./ways.js')).ways(visit),
  ]
}

function headline({state, receipt: given, reason}) {
  if (given) return words.sent.recorded
  if (state === 'needs_attention') return reason || words.sent.refused
  return navigator.onLine && state === 'sending' ? words.sent.sending : words.sent.kept
}

function receipt(number) {
  const image = el('img', {src: `/receipt/${number}.svg`, alt: words.sent.qr, width: 168, height: 168})
  image.onerror = () => image.remove()
  return el('section.card.receipt', null, el('p.quiet', null, words.sent.number), el('p.number.figures', null, number),
    image, el('p.quiet', null, words.sent.why))
}

function warned(several) {
  return el('section.card', null, el('h2', null, words.sent.check),
    several.map(({message, link: href}) => el('p', null, message, ' ', el('a.plain', {href}, words.sent.mend))))
}
