// 风险点、需要: large choices; of the risks the first chosen is the main one.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'

/** body(visit, 'risk_factors' | 'needs') → the choices. */
export function body({draft, changed}, section) {
  const chosen = draft[section]
  const buttons = Object.keys(labels[section]).map(code => el('button.choice', {onclick: () => turn(code)}))
  const look = () => Object.keys(labels[section]).forEach((code, place) => show(buttons[place], code))
  const show = (button, code) => {
    button.setAttribute('aria-pressed', chosen.includes(code))
    fill(button, labels[section][code], section === 'risk_factors' && chosen[0] === code && el('small', null, words.visit.main))
  }
  const turn = code => {
    if (chosen.includes(code)) chosen.splice(chosen.indexOf(code), 1)
    else chosen.push(code)
    look()
    changed()
  }
  look()
  return [el('p.hint', null, words.visit.choose[section]), el('div.choices', null, buttons)]
}
