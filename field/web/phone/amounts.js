// 收入、支出: amounts in yuan, those of last time filled in.
import {el} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {field, yuanInput} from './field.js'

/** body(visit, 'income' | 'expenses') → the fields. */
export function body(visit, section) {
  const values = visit.draft[section]
  const amounts = Object.keys(labels[section]).map(name =>
    field(`${section}.${name}`, words.yuan(labels[section][name]), yuanInput(values[name], text => { values[name] = text; visit.changed() }), words.hints[name]))
  return section === 'income' ? [period(visit, values.period), ...amounts] : [el('p.hint', null, words.visit.twelve), ...amounts]
}

function period(visit, {from, to}) {
  const date = (end, value) => {
    const input = el('input', {type: 'date', value, onchange: () => { visit.draft.income.period[end] = input.value; visit.changed() }})
    return field(`income.period.${end}`, words.visit.period[end], input)
  }
  return [date('from', from), date('to', to)]
}
