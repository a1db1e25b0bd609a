// 预警等级: by shape and word, so that it needs no colour; why, and what is not known.
import {el} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'

const MARKS = {red: '▲', orange: '◆', yellow: '●'}
const FACTS = {...labels.sections, labour: words.member.fields.labour, health: words.member.fields.health}

/** mark('red') → ▲ 红色; nothing where there is no warning. */
export function mark(grade) {
  return MARKS[grade] && el(`span.grade.${grade}`, null, `${MARKS[grade]} ${labels.grade[grade]}`)
}

/** reason({grade, rules}) → why a household has its grade, in a few words. */
export function reason({grade, rules}) {
  return (rules || []).filter(rule => rule.grade === grade).map(rule => rule.name)[0]
}

/** band({grade, rules, missing}) → the card that can be read to the family; nothing from a server that tells no grade. */
export function band({grade: of, rules, missing}) {
  if (!of) return null
  return el(`section.card.band.${of}`, null,
    el('h2', null, mark(of) || words.no_grade),
    rules.map(({grade, words: why}) => el('p', null, grade !== of && mark(grade), why)),
    missing.length > 0 && el('p.quiet', null, words.grade_missing(missing.map(fact => FACTS[fact]))))
}
