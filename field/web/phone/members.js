// 家庭成员: a person opens at a tap; only what differs from what is known is told.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {choice, field, yuanInput} from './field.js'
import {yuan} from './money.js'
import {named} from './last.js'
import {people} from './draft.js'
import {placeField} from './places.js'

const OWN = ['phone', 'work', 'work_place', 'months_away', 'monthly_income', 'health', 'schooling', 'labour', 'left']
const NEW = ['name', 'sex', 'relation', 'birth_date', 'id_number', 'phone', 'health', 'schooling', 'labour', 'work', 'work_place', 'months_away', 'monthly_income']
const LISTS = {
  sex: Object.entries(labels.sex), left: Object.entries(labels.left),
  ...Object.fromEntries(['relation', 'health', 'schooling', 'labour'].map(name => [name, labels[name].map(word => [word, words.word(word)])])),
}
const KEYS = {
  phone: {type: 'tel', autocomplete: 'off'}, months_away: {inputmode: 'numeric'}, birth_date: {type: 'date'},
  id_number: {autocomplete: 'off', maxlength: 18}, work: {autocomplete: 'off'}, name: {autocomplete: 'off'},
}

/** body(visit) → the people of the household, those who are new, and the way to add one. */
export function body(visit) {
  const list = el('div.persons', null,
    people(visit.form).map(person => known(visit, person)), visit.draft.members.filter(edit => edit.new).map(edit => added(visit, edit)))
  const add = () => {
    const edit = {key: 'new' + Date.now().toString(36), new: {}}
    visit.draft.members.push(edit)
    const person = added(visit, edit)
    list.append(person)
    person.open = true
    visit.changed()
    person.querySelector('input').focus()
  }
  return [el('p.hint', null, words.member.hint), list, el('button.plain', {onclick: add}, words.member.add)]
}

function known(visit, person) {
  const {members} = visit.draft
  const edit = () => members.find(each => each.person_id === person.id) || {person_id: person.id}
  const set = (name, value) => {
    const now = edit()
    if (!members.includes(now)) members.push(now)
    if (value === '' || value === text(person, name)) delete now[name]
    else now[name] = value
    visit.changed()
    look()
  }
  const state = el('small.state')
  const look = () => fill(state, words.member.changed(Object.keys(edit()).length - 1))
  look()
  return el('details.person', {'data-of': person.name}, el('summary', null, named(person, new Date()), state),
    OWN.map(name => asked(`members.${person.id}.${name}`, name, text({...person, ...edit()}, name), text(person, name), value => set(name, value), person)))
}

function added(visit, edit) {
  const title = el('span')
  const look = () => fill(title, edit.new.name || words.member.new)
  const set = (name, value) => {
    if (value === '') delete edit.new[name]
    else edit.new[name] = value
    look()
    visit.changed()
  }
  const away = () => { visit.draft.members.splice(visit.draft.members.indexOf(edit), 1); person.remove(); visit.changed() }
  look()
  const person = el('details.person', {'data-of': words.member.new}, el('summary', null, title, el('small.state', null, words.member.added)),
    NEW.map(name => asked(`members.${edit.key}.${name}`, name, text(edit.new, name), '', value => set(name, value), edit.new)),
    el('button.quiet', {onclick: away}, words.member.remove))
  return person
}

function asked(path, name, value, before, set, person) {
  const title = words.member.fields[name]
  if (name === 'work_place') return placeField(path, title, value, person.work_place_name, set)
  if (LISTS[name]) return field(path, title, choice(LISTS[name], value, set, name === 'left' ? words.member.here : words.member.choose))
  if (name === 'monthly_income') return field(path, title, yuanInput(value, set), person.earns_at_least && words.member.least)
  const masked = name === 'phone' && before
  const input = el('input', {...KEYS[name], value: value === before && masked ? '' : value, placeholder: masked ? words.member.masked(before) : null, oninput: () => set(input.value.trim())})
  return field(path, title, input)
}

// What is known in 分 or months stands in the field as it is typed; what was typed stays as it is.
function text(facts, name) {
  const value = facts[name]
  if (value === null || value === undefined) return ''
  return name === 'monthly_income' && Number.isInteger(value) ? yuan(value) : String(value)
}
