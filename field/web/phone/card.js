// One section of a visit: what was true last time, 无变化 and 有变化; only what has changed opens.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {day} from './days.js'
import {declared, known} from './draft.js'
import {told} from './last.js'

const BODIES = {
  members: () => import('./members.js'), income: () => import('./amounts.js'), expenses: () => import('./amounts.js'),
  guarantees: () => import('./guarantees.js'), risk_factors: () => import('./choices.js'), needs: () => import('./choices.js'),
  photos: () => import('./photos.js'),
}

/** card(visit, section) → {element, refresh()}; the section's own fields are loaded when it opens. */
export function card(visit, section) {
  const {draft, form} = visit
  const state = el('small.state')
  const body = el('div.body')
  const buttons = ways(form, section).map(([way, word]) =>
    el('button.answer', {'data-way': way, onclick: () => { draft.answers[section] = way; refresh(); visit.changed() }}, word))
  const element = el('section.card', {id: section, 'data-field': section},
    el('h2', null, labels.sections[section], state), last(form, section), el('div.pair', null, buttons), body)
  function refresh() {
    const answer = draft.answers[section]
    element.classList.toggle('done', Boolean(answer))
    fill(state, answer && words.visit.answers[section === 'photos' ? 'photos' : answer](draft.photos.length))
    buttons.forEach(button => button.setAttribute('aria-pressed', button.dataset.way === answer))
    if (section === 'photos') buttons[0].hidden = draft.photos.length > 0
    body.hidden = answer !== 'changed' && section !== 'photos'
    if (!body.hidden) fillIn(visit, section, body)
  }
  if (section === 'photos') element.insertBefore(body, element.lastChild.previousSibling)
  refresh()
  return {element, refresh}
}

function ways(form, section) {
  if (section === 'photos') return [['same', words.visit.no_photos]]
  if (asked(form, section)) return [['changed', words.said.answer]]
  return known(form, section) ? [['same', words.visit.same], ['changed', words.visit.changed]] : [['changed', words.visit.fill_in]]
}

function last(form, section) {
  if (section === 'photos') return null
  const said = told(form, section, new Date())
  const when = form.last_visit && section !== 'members' ? day(form.last_visit.visited_at) : words.visit.now
  const why = asked(form, section) && el('p.notice', null, words.said.ask)
  return el('div', null, why, el('p.last', null, said ? el('span.quiet', null, words.visit.last(when)) : null, said || words.visit.nothing))
}

function asked(form, section) {
  return section === 'risk_factors' && declared(form)
}

async function fillIn(visit, section, body) {
  if (body.filling) return
  body.filling = true
  fill(body, ...[(await BODIES[section]()).body(visit, section)].flat())
}
