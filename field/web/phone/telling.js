// 记录里说的: what a record of any kind says, thing by thing, to stand beside another version or to be read out.
import {words} from './words.js'
import {labels} from './labels.js'
import {day, hour} from './days.js'
import {told} from './last.js'
import {money} from './money.js'
import {says as consent} from './signing.js'
import {says as call} from './to_call.js'
import {says as revisit} from './to_revisit.js'

const SAYS = words.speak('telling', {
  visited: '走访时间', revisited: '回访时间', called: '打电话的时间', signed: '签字时间', and: '；', place: '位置', version: '承诺书版本', who: '谁签了', person: '打给谁', facts: '新的情况', note: '备注', income: '人均纯收入', heard: '还说了什么',
  period: (from, to) => `${from} 到 ${to}`, joined: name => `新添 ${name}`, clock: (date, time) => `${date} ${time}`, writer: name => `由${name}代写`,
  spot: (latitude, longitude, metres) => `北纬 ${latitude}，东经 ${longitude}，误差约 ${metres} 米`, taken: when => `${when} 拍`, compliant: amount => `合规 ${amount}`, issued: date => `开票 ${date}`,
})
const CODED = {sex: labels.sex, left: labels.left}
const KINDS = {visits: visit, revisits: revisited, consents: signed, calls: called}

/** kindOf(path?) → 'visits', 'revisits', 'consents' or 'calls': what a record of the queue is. */
export function kindOf(path = 'visits') {
  return path.split('/').pop()
}

/** telling(kind, record, form, now) → [[what, words | false]], of one kind always the same things; photographs are told apart. */
export function telling(kind, record, form, now) {
  return KINDS[kind](record, form, now)
}

/** places(records) → Promise of code → name of the places of work named, as far as the phone can know them. */
export async function places(records) {
  const several = records.flatMap(({members = [], facts}) => [facts || {}, ...members.map(one => one.new || one)])
  const codes = several.map(one => one.work_place).filter(Boolean)
  const {placeName} = codes.length ? await import('./places.js') : {}
  return Object.fromEntries(await Promise.all(codes.map(async code => [code, await placeName(code).catch(() => code)])))
}

/** photograph(evidence, form) → one photograph in words. */
export function photograph({kind, taken_at, person_id, issued_on, amount, compliant_amount: compliant}, form) {
  const about = [nameOf(form, person_id), taken_at && SAYS.taken(clock(taken_at)), issued_on && SAYS.issued(issued_on),
    Number.isInteger(amount) && money(amount), Number.isInteger(compliant) && SAYS.compliant(money(compliant))].filter(Boolean)
  return described(labels.evidence[kind], about)
}

function visit(one, form, now) {
  const section = name => [labels.sections[name], (one.unchanged || []).includes(name) ? words.visit.same : one[name] && of(one, name, form, now)]
  return [
    [SAYS.visited, at(one.visited_at)],
    [words.visit.informant, one.informant && words.word(one.informant)],
    ...['members', 'income', 'expenses', 'guarantees', 'risk_factors', 'needs'].map(section),
    [SAYS.note, one.note], [SAYS.place, where(one)],
  ]
}

function revisited(one, form, now) {
  const {measures, income_per_head: income, checked_with: asked = [], relapse} = one
  const section = name => [labels.sections[name], one[name] && of(one, name, form, now)]
  return [
    [SAYS.revisited, at(one.revisited_at)],
    [revisit.measures, measures && described(chosen(revisit.measured, measures.status), [measures.note])],
    section('guarantees'), [SAYS.income, Number.isInteger(income) && money(income)], section('expenses'),
    [revisit.asked, words.list(asked.map(({who, department}) => described(chosen(revisit.who, who), [department])))],
    [revisit.relapse, typeof relapse === 'boolean' && chosen(revisit.risks, relapse ? 'yes' : 'no')],
    [SAYS.note, one.note], [SAYS.place, where(one)],
  ]
}

function signed({signed_at, text, consents = []}, form) {
  const one = ({person_id, how, written_by}) => described(nameOf(form, person_id), [consent.told[how], written_by && SAYS.writer(written_by.name)])
  return [[SAYS.signed, at(signed_at)], [SAYS.version, text], [SAYS.who, consents.map(one).join(SAYS.and)]]
}

// The ledger names who answered for the worker; the phone's own record says so in two fields.
function called({called_at, person_id, answered_by, said_by, unchanged, declined, asks_help, facts = {}, note}, form) {
  const relative = said_by && (said_by.name || said_by)
  return [
    [SAYS.called, at(called_at)], [SAYS.person, nameOf(form, person_id)],
    [call.who, described(chosen(call.whose, relative || answered_by === 'family' ? 'family' : 'self'), [relative])],
    [call.how, chosen(call.hows, unchanged ? 'unchanged' : declined ? 'declined' : 'changed')],
    [SAYS.facts, words.list(changes(facts, form))], [call.help, chosen(call.helps, asks_help ? 'yes' : 'no')], [SAYS.heard, note],
  ]
}

function of(visit, name, form, now) {
  if (name === 'members') return visit.members.map(one => member(one, form)).join(SAYS.and)
  const said = told({...form, risk_factors: [], last_visit: visit}, name, now)
  const {from, to} = name === 'income' && visit.income.period || {}
  return from ? described(said, [SAYS.period(from, to)]) : said
}

function member({person_id, new: joined, ...changed}, form) {
  const {name, ...facts} = joined || {...changed, name: nameOf(form, person_id)}
  return described(joined ? SAYS.joined(name) : name, changes(facts, form))
}

function changes(facts, form) {
  return Object.entries(facts).map(([fact, value]) => `${words.member.fields[fact]} ${valued(fact, value, form)}`)
}

function valued(fact, value, {places: named = {}}) {
  if (fact === 'monthly_income') return money(value)
  if (fact === 'work_place') return named[value] || value
  return fact in CODED ? CODED[fact][value] : words.word(String(value))
}

function described(name, about) {
  const said = about.filter(Boolean)
  return said.length ? words.about(name, said) : name
}

function chosen(options, code) {
  return (options.find(([one]) => one === code) || [])[1]
}

function nameOf({persons = []}, id) {
  return (persons.find(person => person.id === id) || {}).name
}

function where({location, location_reason: reason}) {
  if (!location) return reason && words.word(reason)
  return SAYS.spot(location.latitude.toFixed(5), location.longitude.toFixed(5), Math.round(location.accuracy_m)) + SAYS.and + clock(location.fix_at)
}

function at(moment) {
  return moment && clock(moment)
}

function clock(moment) {
  return SAYS.clock(day(moment), hour(moment))
}
