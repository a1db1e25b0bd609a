// 农户: who lives there, who helps and what is done for them, what the last visit found, how to call, how to get there, and the way into a visit.
import {el, icon, link} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {band} from './grade.js'
import {age, day, daysSince} from './days.js'
import {told} from './last.js'
import {said} from './said.js'
import {people} from './draft.js'
import {household} from './sync.js'
import {keptFor} from './keep.js'

export const open = true
const CALL = 'M6 3h3l2 5-2 2c1 2 3 4 5 5l2-2 5 2v3c0 1-1 2-2 2C11 20 4 13 4 5c0-1 1-2 2-2z'
const WAY = 'M12 21c4-5 7-8 7-11a7 7 0 10-14 0c0 3 3 6 7 11zM12 12a2 2 0 100-4 2 2 0 000 4z'

/** show(id) → the page. */
export async function show(id) {
  const form = await household(id)
  if (!form) return {title: words.tabs.households, back: '/m/households', body: el('p', null, words.failed.unknown)}
  const begun = await keptFor(id)
  const room = (form.case || form.revisit) && await import('./case_card.js')
  const revisit = room && await room.begins(form)
  return {
    title: form.head, back: '/m/households',
    body: [band(form), ...said(form), room && await room.card(form), standing(form), residents(people(form), id), help(form.plan), last(form), way(form)],
    bar: [revisit, link(`/m/households/${id}/visit`, revisit ? 'a.plain' : 'a.primary', begun ? words.go_on : words.begin)].filter(Boolean),
  }
}

function standing({kind, risk_factors, group, village, number, address}) {
  return el('section.card', null,
    el('p.kind', null, kind ? labels.kind[kind] : words.watched_not,
      (risk_factors || []).map(code => el('span.tag', null, labels.risk_factors[code]))),
    el('p.quiet', null, [village, group].filter(Boolean).join(' '), address && el('br'), address),
    el('p.quiet', null, words.number, el('span.figures', null, number)))
}

function residents(persons, id) {
  return el('section.card', null, el('h2', null, words.lives_here(persons.length)),
    el('ul.people', null, persons.map(person => el('li', null,
      el('div', null, el('strong', null, person.name), el('span.quiet', null, about(person))),
      person.phone && el('button.call', {'aria-label': words.call.label(person.name), onclick: () => call(person, id)}, icon(CALL), words.call.short)))))
}

function about(person) {
  return [words.word(person.relation), labels.sex[person.sex], person.birth_date && words.age(age(person.birth_date, new Date())),
    words.word(person.health), person.work, person.work_place_name].filter(Boolean).join(' · ')
}

function help(plan) {
  if (!plan || !(plan.team.length || plan.measures.length)) return null
  return el('section.card', null, el('h2', null, words.help.title),
    plan.team.length > 0 && el('p.quiet', null, plan.team.map(one => [one.name, words.word(one.role), one.unit].filter(Boolean).join(' ')).join('；')),
    plan.measures.map(one => el('p', null, `${labels.risk_factors[one.risk_factor]} · ${one.name} · ${one.owner}`, el('br'), far(one))))
}

function far({state, state_name, due_on, done_on}) {
  if (state === 'carried_out') return el('span.quiet', null, words.help.done(day(done_on)))
  const late = daysSince(due_on, new Date()) > 0
  return el(late ? 'span.fault' : 'span.quiet', null, words.word(state_name), ' · ', (late ? words.help.late : words.help.due)(day(due_on)))
}

function last(form) {
  const visit = form.last_visit
  const lines = visit ? [told(form, 'income'), told(form, 'guarantees'), visit.note || needs(form)] : [words.never_long]
  return el('section.card', null,
    el('h2', null, words.last_visit, visit && el('small', null, [day(visit.visited_at), visit.by].filter(Boolean).join(' · '))),
    lines.filter(Boolean).map(line => el('p', null, line)))
}

function needs(form) {
  const line = told(form, 'needs')
  return line && words.visit.of_whom(labels.sections.needs) + line
}

function way({place, head}) {
  if (!place) return null
  const at = `${place.latitude},${place.longitude}`
  return el('a.plain', {href: `geo:${at}?q=${at}(${encodeURIComponent(head)})`}, icon(WAY), words.way)
}

async function call(person, household) {
  (await import('./call.js')).call(person, household)
}
