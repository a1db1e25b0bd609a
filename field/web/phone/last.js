// What was true last time, in words that can be read out at the door.
import {labels} from './labels.js'
import {words} from './words.js'
import {money} from './money.js'
import {age} from './days.js'
import {people} from './draft.js'

/** told(form, section, now) → one sentence, or null when nothing is known yet. */
export function told(form, section, now) {
  const last = form.last_visit || {}
  if (section === 'members') return words.list(people(form).map(person => named(person, now))) || null
  if (section === 'risk_factors') return risks(last.risk_factors || form.risk_factors)
  if (section === 'needs') return last.needs ? list(last.needs, labels.needs) : null
  if (section === 'guarantees') return last.guarantees ? guarantees(last.guarantees) : null
  return last[section] ? amounts(last[section], labels[section]) : null
}

/** named(person, now) → '李某某（配偶，56 岁）'. */
export function named(person, now) {
  const about = [words.word(person.relation), person.birth_date && words.age(age(person.birth_date, now))].filter(Boolean)
  return about.length ? words.about(person.name, about) : person.name
}

function risks(codes) {
  if (!codes) return null
  return words.list(codes.map((code, place) => labels.risk_factors[code] + (place === 0 && codes.length > 1 ? words.main : ''))) || words.none
}

function list(codes, names) {
  return words.list(codes.map(code => names[code])) || words.none
}

function amounts(values, names) {
  return words.list(Object.keys(names).filter(name => values[name]).map(name => `${names[name]} ${money(values[name])}`)) || words.nothing_spent
}

function guarantees(all) {
  const problems = Object.keys(labels.guarantees).filter(name => (all[name] || {}).status === 'problem')
  return words.list(problems.map(name => labels.guarantees[name] + words.problem(all[name].note))) || words.all_secure
}
