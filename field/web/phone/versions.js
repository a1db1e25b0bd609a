// 两份内容: what the ledger has of a visit beside what this phone has, only where they differ.
import {el} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {day, hour} from './days.js'
import {told} from './last.js'
import {money} from './money.js'

const SAYS = words.speak('versions', {
  title: '两份内容不一样的地方', ledger: '台账里的', phone: '手机里的', same: '看得到的内容都一样，差在遮住的号码这类看不到的地方。',
  visited: '走访时间', nothing: '没有记', and: '；', place: '位置', photos: '照片（只列不一样的）', no_other: '没有别的照片', period: (from, to) => `${from} 到 ${to}`, joined: name => `新添 ${name}`, clock: (date, time) => `${date} ${time}`,
  spot: (latitude, longitude, metres) => `北纬 ${latitude}，东经 ${longitude}，误差约 ${metres} 米`, taken: when => `${when} 拍`, compliant: amount => `合规 ${amount}`, issued: date => `开票 ${date}`,
})
const CODED = {sex: labels.sex, left: labels.left}

/** rows(kept, sent, form, now) → [[what, in the ledger, on the phone]]: each thing that a visit says of a household, where the two differ. */
export function rows(kept, sent, form, now) {
  const both = say => [kept, sent].map(one => say(one) || SAYS.nothing)
  const section = name => [labels.sections[name], ...both(one => same(one, name) || one[name] && of(one, name, form, now))]
  const all = [
    [SAYS.visited, ...both(({visited_at: at}) => at && clock(at))],
    [words.visit.informant, ...both(one => words.word(one.informant))],
    ...['members', 'income', 'expenses', 'guarantees', 'risk_factors', 'needs'].map(section),
    [words.visit.note, ...both(one => one.note)],
    [SAYS.place, ...both(where)],
  ].filter(([, ledger, phone]) => ledger !== phone)
  return [...all, ...photographs(kept.evidence || [], sent.evidence || [], form)]
}

/** versions(other, form) → Promise: the card that shows both side by side; other: what the server answered. */
export async function versions({kept, sent}, form) {
  const found = rows(kept, sent, {...form, places: await places([kept, sent])}, new Date())
  return el('section.card', null, el('h2', null, SAYS.title), !found.length && el('p', null, SAYS.same),
    found.map(([what, ledger, phone]) => el('dl.versions', null, el('dt', null, what),
      el('dd', null, el('small', null, SAYS.ledger), ledger), el('dd', null, el('small', null, SAYS.phone), phone))))
}

// Code → name of the places of work that the two name, as far as the phone can know them.
async function places(both) {
  const codes = both.flatMap(({members = []}) => members.map(one => (one.new || one).work_place)).filter(Boolean)
  const {placeName} = codes.length ? await import('./places.js') : {}
  return Object.fromEntries(await Promise.all(codes.map(async code => [code, await placeName(code).catch(() => code)])))
}

function same({unchanged = []}, name) {
  return unchanged.includes(name) && words.visit.same
}

function of(visit, name, form, now) {
  if (name === 'members') return visit.members.map(one => member(one, form)).join(SAYS.and)
  const said = told({...form, risk_factors: [], last_visit: visit}, name, now)
  const {from, to} = name === 'income' && visit.income.period || {}
  return from ? described(said, [SAYS.period(from, to)]) : said
}

function member({person_id, new: joined, ...changed}, form) {
  const {name, ...facts} = joined || {...changed, name: personOf(form, person_id).name}
  return described(joined ? SAYS.joined(name) : name,
    Object.entries(facts).map(([fact, value]) => `${words.member.fields[fact]} ${valued(fact, value, form)}`))
}

function valued(fact, value, {places = {}}) {
  if (fact === 'monthly_income') return money(value)
  if (fact === 'work_place') return places[value] || value
  return fact in CODED ? CODED[fact][value] : words.word(String(value))
}

function described(name, about) {
  return about.length ? words.about(name, about) : name
}

function personOf({persons = []}, id) {
  return persons.find(person => person.id === id) || {}
}

function where({location, location_reason: reason}) {
  if (!location) return reason && words.word(reason)
  return SAYS.spot(location.latitude.toFixed(5), location.longitude.toFixed(5), Math.round(location.accuracy_m)) + SAYS.and + clock(location.fix_at)
}

// Two photographs may be told in the same words and be different ones: each side's own stand there.
function photographs(kept, sent, form) {
  const [ledger, phone] = [[kept, sent], [sent, kept]].map(([mine, others]) =>
    mine.filter(one => !others.some(other => plain(other) === plain(one))).map(one => photograph(one, form)).join(SAYS.and))
  return ledger || phone ? [[SAYS.photos, ledger || SAYS.no_other, phone || SAYS.no_other]] : []
}

function photograph({kind, taken_at, person_id, issued_on, amount, compliant_amount: compliant}, form) {
  const about = [personOf(form, person_id).name, taken_at && SAYS.taken(clock(taken_at)), issued_on && SAYS.issued(issued_on),
    Number.isInteger(amount) && money(amount), Number.isInteger(compliant) && SAYS.compliant(money(compliant))].filter(Boolean)
  return described(labels.evidence[kind], about)
}

function plain(photo) {
  return JSON.stringify(Object.entries(photo).sort())
}

function clock(moment) {
  return SAYS.clock(day(moment), hour(moment))
}
