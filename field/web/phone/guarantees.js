// 两不愁三保障和饮水: six questions, 有保障 or 有问题 and which.
import {el} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {chips} from './field.js'

/** body(visit) → the six. */
export function body(visit) {
  return Object.keys(labels.guarantees).map(name => row(visit, name))
}

function row({draft, changed}, name) {
  const now = () => draft.guarantees[name] || {}
  const set = value => { draft.guarantees[name] = {...now(), ...value}; changed() }
  const note = el('textarea', {
    rows: 2, value: now().note || '', 'aria-label': words.visit.which_problem(labels.guarantees[name]), placeholder: words.visit.which,
    oninput: () => set({note: note.value}),
  })
  const more = el('div', {'data-field': `guarantees.${name}.note`}, note)
  const look = () => { more.hidden = now().status !== 'problem' }
  look()
  return el('div.field.guarantee', {'data-field': `guarantees.${name}`, 'data-of': labels.guarantees[name], role: 'group', 'aria-label': labels.guarantees[name]},
    el('div.row', null, el('span', null, labels.guarantees[name]),
      chips(Object.entries(words.visit.guarantee), () => now().status, status => { set({status}); look() })), more)
}
