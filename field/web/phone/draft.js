// A visit while it is being written: amounts as they were typed, one answer a section. Pure: draft in, contract's JSON out.
import {period, stamp} from './days.js'
import {fen, yuan} from './money.js'
import {labels} from './labels.js'

/** The parts of a visit that a cadre answers one by one, in the order of the screen. */
export const sections = ['members', 'income', 'expenses', 'guarantees', 'risk_factors', 'needs', 'photos']
// What `unchanged` may name.
const CONFIRMED = ['members', 'income', 'expenses', 'guarantees', 'risk_factors']
const QUARTER = 15 * 60e3

/** begin(form, id, now) → a draft with the last visit's values filled in. */
export function begin(form, id, now) {
  const last = form.last_visit || {}
  return {
    id, household_id: form.id, started_at: stamp(now), informant: labels.informant[0],
    answers: {}, members: [],
    income: {...texts(last.income, labels.income), period: period(Boolean(form.kind), now)},
    expenses: texts(last.expenses, labels.expenses),
    guarantees: {...last.guarantees},
    risk_factors: [...(last.risk_factors || form.risk_factors || [])],
    needs: [...(last.needs || [])],
    photos: [], location: null, location_reason: '', note: '',
  }
}

/** people(form) → the members who still belong to the household. */
export function people({persons}) {
  return persons.filter(person => !person.left)
}

/** declared(form) → whether a declaration waits to be looked into: then 风险点 is asked anew. */
export function declared({said = []}) {
  return said.some(one => one.source === 'declaration')
}

/** known(form, section) → whether there is something that can be confirmed as unchanged; risks not, while a declaration waits. */
export function known(form, section) {
  const last = form.last_visit || {}
  if (section === 'members') return people(form).length > 0
  if (section === 'risk_factors') return !declared(form) && Boolean(last.risk_factors || form.risk_factors)
  return section !== 'photos' && Boolean(last[section])
}

/** sameAsLast(draft, form): answers 无变化 for every section that has a last value, and no photographs unless there are some. */
export function sameAsLast(draft, form) {
  sections.filter(section => known(form, section)).forEach(section => { draft.answers[section] = 'same' })
  if (!draft.photos.length) draft.answers.photos = 'same'
}

/** answered(draft) → the sections that are done. */
export function answered(draft) {
  return sections.filter(section => draft.answers[section])
}

/** better(old, fix) → the fix to keep: the more accurate one of the first quarter of an hour, as the visit is at the door. */
export function better(old, fix) {
  if (!old) return fix
  const late = Date.parse(fix.fix_at) - Date.parse(old.fix_at) > QUARTER
  return late || fix.accuracy_m >= old.accuracy_m ? old : fix
}

/** touched(draft) → the members that were changed or are new, in the order of the visit's `members`. */
export function touched({members}) {
  return members.filter(edit => edit.new || Object.keys(edit).length > 1)
}

/** toVisit(draft, form) → the contract's visit; what was not answered is left out, what is no amount stays as typed. */
export function toVisit(draft, form) {
  const {answers} = draft
  const members = touched(draft)
  const same = section => answers[section] === 'same' || section === 'members' && answers.members && !members.length
  const said = section => answers[section] && !same(section)
  return {
    id: draft.id, household_id: draft.household_id, visited_at: draft.started_at,
    ...where(draft),
    informant: draft.informant,
    members: said('members') ? members.map(member) : [],
    ...said('income') && {income: {...amounts(draft.income, labels.income), period: draft.income.period}},
    ...said('expenses') && {expenses: amounts(draft.expenses, labels.expenses)},
    ...said('guarantees') && {guarantees: guarantees(draft.guarantees)},
    ...said('risk_factors') && {risk_factors: draft.risk_factors},
    ...answers.needs && {needs: same('needs') ? form.last_visit.needs : draft.needs},
    note: draft.note.trim(),
    unchanged: CONFIRMED.filter(same),
    evidence: draft.photos.map(evidence),
  }
}

/** fromVisit(visit, photos, form) → the draft of a visit that was sent and came back to be mended. */
export function fromVisit(visit, photos, form) {
  const draft = begin(form, visit.id, new Date(visit.visited_at))
  const given = section => visit[section] !== undefined && (section !== 'members' || visit.members.length > 0)
  sections.filter(given).forEach(section => { draft.answers[section] = 'changed' })
  visit.unchanged.forEach(section => { draft.answers[section] = 'same' })
  draft.answers.photos = visit.evidence.length ? 'changed' : 'same'
  return {
    ...draft, ...pick(visit, ['informant', 'note', 'guarantees', 'risk_factors', 'needs', 'location', 'location_reason']),
    members: visit.members.map(typed),
    ...visit.income && {income: {...texts(visit.income, labels.income), period: visit.income.period}},
    ...visit.expenses && {expenses: texts(visit.expenses, labels.expenses)},
    photos: visit.evidence.map(photo => pictured(photo, photos)),
  }
}

/** where(draft) → the place, or why there is none. */
export function where({location, location_reason}) {
  return location ? {location} : location_reason ? {location_reason} : {}
}

/** texts(amounts in 分, names) → as they are typed. */
export function texts(values, names) {
  return Object.fromEntries(Object.keys(names).map(name => [name, yuan((values || {})[name])]))
}

/** amounts({wages: '12.5'}, names) → in 分, those that were typed. */
export function amounts(typedTexts, names) {
  return filled(Object.keys(names).map(name => [name, fen(typedTexts[name])]))
}

/** guarantees(draft.guarantees) → as the contract has them. */
export function guarantees(all) {
  return filled(Object.keys(labels.guarantees).map(name => [name, all[name] && guarantee(all[name])]))
}

function guarantee({status, note}) {
  return status === 'problem' ? {status, note: (note || '').trim()} : {status}
}

function member(edit) {
  if (edit.new) return {new: facts(edit.new)}
  return facts(edit)
}

function facts({key, monthly_income, months_away, ...rest}) {
  return filled([...Object.entries(rest), ['months_away', whole(months_away)], ['monthly_income', fen(monthly_income)]])
}

function typed(edit, index) {
  if (edit.new) return {key: 'new' + index, new: typed(edit.new)}
  return {...edit, ...'monthly_income' in edit && {monthly_income: yuan(edit.monthly_income)}}
}

/** pictured(evidence, photos) → the photograph of a draft again. */
export function pictured({amount, compliant_amount, ...photo}, photos) {
  const {id} = photos.find(each => each.sha256 === photo.sha256)
  return {...photo, id, amount: yuan(amount), compliant_amount: yuan(compliant_amount)}
}

/** evidence(photo) → what the record says of a photograph. */
export function evidence(photo) {
  const bill = photo.kind === 'receipt' && {
    issued_on: photo.issued_on, amount: fen(photo.amount), compliant_amount: fen(photo.compliant_amount),
  }
  return filled(Object.entries({...pick(photo, ['sha256', 'kind', 'taken_at', 'person_id']), ...bill}))
}

function whole(text) {
  return /^\d+$/.test(text) ? Number(text) : text
}

function pick(source, names) {
  return Object.fromEntries(names.filter(name => source[name] !== undefined).map(name => [name, source[name]]))
}

function filled(entries) {
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined && value !== ''))
}
