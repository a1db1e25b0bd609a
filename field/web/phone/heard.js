// 电话回访: what was heard on the telephone, in a minute; kept while it is written and queued like a visit, without a place.
import {el} from './dom.js'
import {mended, show as tell} from './faults.js'
import {chips, field, yuanInput} from './field.js'
import {begin, says, toCall, wrong} from './to_call.js'
import {people} from './draft.js'
import {inTurn, keptFor} from './keep.js'
import {placeField} from './places.js'
import {household} from './sync.js'
import {enqueue} from './sender.js'
import {unlock} from './login.js'
import {locked} from './vault.js'
import {uuid7} from './uuid7.js'
import {once, writing} from './writing.js'

const TYPED = {phone: {type: 'tel'}, work: {maxlength: 60}, months_away: {inputmode: 'numeric'}}

/** show(household, person) → the page. */
export const show = (id, person) => inTurn(`call/${person}`, id, () => draw(id, person))

async function draw(id, personId) {
  const form = await household(id) || {id, persons: []}
  const person = people(form).find(each => each.id === personId)
  const kept = await keptFor(id, `call/${personId}`)
  const page = writing(form, kept || begin(id, personId, uuid7(), new Date()), Boolean(kept))
  const {draft} = page
  const changed = () => { page.changed(); mended(page.faults, wrong(draft)) }
  const set = name => value => { draft[name] = value; changed() }
  const fact = name => value => { draft.facts[name] = value; changed() }
  const relative = asked('said_by', says.name, {maxlength: 60, value: draft.name}, set('name'))
  const changes = el('section.card', null,
    ['phone', 'work', 'months_away'].map(name => asked(`facts.${name}`, says[name], {...TYPED[name], value: draft.facts[name] || ''}, fact(name))),
    placeField('facts.work_place', says.work_place, draft.facts.work_place || '', '', fact('work_place')),
    field('facts.monthly_income', says.monthly_income, yuanInput(draft.facts.monthly_income, fact('monthly_income'))))
  const look = () => { relative.hidden = draft.answered_by !== 'family'; changes.hidden = draft.how !== 'changed' }
  const choice = (name, title, options) => el('section.card', {'data-field': name}, el('h2', null, title), chips(options, () => draft[name], code => { set(name)(code); look() }))
  look()
  return {
    title: says.title(person ? person.name : ''), back: `/m/households/${id}`, leave: page.leave,
    body: [
      page.faults, choice('answered_by', says.who, says.whose), relative, choice('how', says.how, says.hows), changes,
      choice('help', says.help, says.helps), asked('note', says.note, {maxlength: 500, value: draft.note}, set('note')),
    ],
    bar: [el('p.progress', null, page.kept), once(says.save, () => save(page))],
  }
}

async function save({draft, faults, keep}) {
  const found = wrong(draft)
  tell(faults, found)
  if (found.length || locked() && !await unlock()) return
  keep.stop()
  await enqueue(toCall(draft, new Date()), [], draft.id, {path: '/api/calls', household: draft.household_id})
  dispatchEvent(new CustomEvent('field:go', {detail: {path: `/m/waiting/${draft.id}`, replace: true}}))
}

function asked(path, title, attributes, set) {
  const input = el('input', {autocomplete: 'off', ...attributes, oninput: () => set(input.value)})
  return field(path, title, input)
}
