// One question: its words, its control, and the place where a fault is told.
import {el} from './dom.js'

let count = 0

/** field(path, label, control, hint?) → the labelled control; `path` is the fault's field, such as income.wages. */
export function field(path, label, control, hint) {
  control.id = control.id || `f${++count}`
  return el('div.field', {'data-field': path}, el('label', {for: control.id}, label), control, hint && el('p.hint', null, hint))
}

/** yuanInput(value, told) → an amount in yuan, typed on the number keys. */
export function yuanInput(value, told) {
  const input = el('input.figures', {inputmode: 'decimal', autocomplete: 'off', value: value || '', oninput: () => told(input.value)})
  return input
}

/** choice(options, value, told) → a list to choose from; options: [[code, word], …]; a value of its own stays in the list. */
export function choice(options, value, told, none = '') {
  const known = !value || options.some(([code]) => code === value)
  const select = el('select', {onchange: () => told(select.value)},
    [['', none], ...(known ? [] : [[value, value]]), ...options].map(([code, word]) => el('option', {value: code}, word)))
  select.value = value || ''
  return select
}

/** chips(options, chosen() → code, choose(code)) → one line of buttons, one of them pressed. */
export function chips(options, chosen, choose) {
  const buttons = options.map(([code, word]) => el('button.chip', {onclick: () => { choose(code); look() }}, word))
  const look = () => buttons.forEach((button, place) => button.setAttribute('aria-pressed', options[place][0] === chosen()))
  look()
  return el('div.chips', null, buttons)
}

/** told(element, message): the message at the field, or none; not within a question of its own, which may be hidden. */
export function told(element, message) {
  const old = element.querySelector('.fault')
  if (old) old.remove()
  const control = [...element.querySelectorAll('input, select, textarea')].find(one => one.closest('[data-field]') === element)
  if (control) control[message ? 'setAttribute' : 'removeAttribute']('aria-invalid', 'true')
  element.classList.toggle('wrong', Boolean(message))
  const fault = message && el('p.fault', null, message)
  if (fault && control) control.before(fault)
  else if (fault) element.firstChild.after(fault)
}
