// 回访: a short form after a risk was eliminated; without network like the visit.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {body as amounts} from './amounts.js'
import {day} from './days.js'
import {definition, mended, show as faults} from './faults.js'
import {chips, field, yuanInput} from './field.js'
import {body as guarantees} from './guarantees.js'
import {inTurn, keptFor} from './keep.js'
import {body as photos} from './photos.js'
import {whereabouts} from './place.js'
import {judge} from './rules.js'
import {enqueue} from './sender.js'
import {put} from './store.js'
import {household} from './sync.js'
import {begin, says as SAYS, toRevisit} from './to_revisit.js'
import {uuid7} from './uuid7.js'
import {once, writing} from './writing.js'

/** show(household) → the page. */
export const show = id => inTurn('revisit', id, () => draw(id))

async function draw(id) {
  const [form, kept] = await Promise.all([household(id), keptFor(id, 'revisit')])
  if (!form) return {title: SAYS.title(''), back: '/m/households', body: el('p', null, SAYS.unknown)}
  const page = writing(form, kept || begin(form, uuid7(), new Date()), Boolean(kept))
  const {changed} = page
  page.changed = () => { changed(); if (page.faults.told) wrong(page.draft).then(found => mended(page.faults, found)) }
  return {
    title: SAYS.title(form.head), back: `/m/households/${id}`, leave: page.leave,
    body: [page.faults, form.revisit && el('p.lead', null, SAYS.nth(form.revisit, day(form.revisit.due_on + 'T04:00:00Z'))), measures(page), secure(page), money(page), checked(page), relapse(page),
      card('photos', labels.sections.photos, photos(page)), card('location', SAYS.place, whereabouts(page))],
    bar: [el('p.progress', null, page.kept), once(words.visit.save, () => save(page))],
  }
}

function card(at, title, ...content) {
  return el('section.card', {'data-field': at}, el('h2', null, title), el('div.body', null, content))
}

// One line of buttons; what depends on the answer follows it.
function choice(page, name, options, follow) {
  const look = follow || (() => {})
  look()
  return chips(options, () => page.draft[name], code => { page.draft[name] = code; page.changed(); look() })
}

function text(page, name, at, title) {
  const input = el('textarea', {rows: 2, value: page.draft[name], oninput: () => { page.draft[name] = input.value; page.changed() }})
  return field(at, title, input)
}

function measures(page) {
  const stopped = text(page, 'stopped', 'measures.note', SAYS.stopped)
  return card('measures', SAYS.measures,
    choice(page, 'measures', SAYS.measured, () => { stopped.hidden = !['partly', 'stopped'].includes(page.draft.measures) }), stopped)
}

function secure(page) {
  const six = el('div')
  const draw = () => fill(six, guarantees(page))
  const all = () => {
    Object.keys(labels.guarantees).forEach(name => { page.draft.guarantees[name] = {status: 'ok'} })
    page.changed()
    draw()
  }
  draw()
  return card('guarantees', labels.sections.guarantees, el('button.answer', {onclick: all}, SAYS.all_secure), six)
}

function money(page) {
  const income = yuanInput(page.draft.income, value => { page.draft.income = value; page.changed() })
  return [card('income_per_head', labels.sections.income, field('income_per_head', SAYS.income, income, SAYS.income_hint)),
    card('expenses', labels.sections.expenses, amounts(page, 'expenses'))]
}

function checked(page) {
  const {draft} = page
  const input = el('input', {maxlength: 60, autocomplete: 'off', value: draft.department, oninput: () => { draft.department = input.value; page.changed() }})
  const which = field('checked_with.department', SAYS.department, input)
  const buttons = SAYS.who.map(([code, word]) => el('button.choice', {onclick: () => {
    draft.asked = draft.asked.includes(code) ? draft.asked.filter(each => each !== code) : [...draft.asked, code]
    page.changed()
    look()
  }}, word))
  const look = () => {
    buttons.forEach((button, place) => button.setAttribute('aria-pressed', draft.asked.includes(SAYS.who[place][0])))
    which.hidden = !draft.asked.includes('department')
  }
  look()
  return card('checked_with', SAYS.asked, el('div.choices', null, buttons), which)
}

function relapse(page) {
  const note = text(page, 'note', 'note', '')
  return card('relapse', SAYS.relapse,
    choice(page, 'relapse', SAYS.risks, () => fill(note.querySelector('label'), SAYS.note[page.draft.relapse === 'yes' ? 'yes' : 'no'])), note)
}

async function wrong(draft) {
  return judge(await definition('revisit'), toRevisit(draft)).map(one => ({...one, field: place(one.field, draft)}))
}

async function save(page) {
  const {draft, form} = page
  const said = toRevisit(draft), found = await wrong(draft)
  faults(page.faults, found)
  if (found.length) return
  page.keep.stop()
  await enqueue(said, draft.photos.map(({id, sha256, kind}) => ({id, sha256, kind})), draft.id, {path: '/api/revisits'})
  await put('households', form.id, {...form, revisit: null}) // until the village is fetched again
  dispatchEvent(new CustomEvent('field:go', {detail: {path: `/m/waiting/${draft.id}`, replace: true}}))
}

// The screen knows photographs by their ids, and has one field for the department.
function place(path, draft) {
  const [section, index, ...rest] = path.split('.')
  if (section === 'evidence' && index) return ['evidence', draft.photos[index].id, ...rest].join('.')
  return section === 'checked_with' && rest.length ? 'checked_with.department' : path
}
