// 两份内容: what the ledger has of a visit beside what this phone has, only where they differ.
import {el} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {day, hour} from './days.js'
import {told} from './last.js'

const SAYS = words.speak('versions', {
  title: '两份内容不一样的地方', ledger: '台账里的', phone: '手机里的', same: '看得到的内容都一样，可能差在照片、位置或家里人的情况。',
  visited: '走访时间', nothing: '没有记',
})

/** rows(kept, sent, form, now) → [[what, in the ledger, on the phone]]: what is told of each section, who said it, when, and the note. */
export function rows(kept, sent, form, now) {
  const both = say => [kept, sent].map(one => say(one) || SAYS.nothing)
  const at = name => both(one => one[name])
  const section = name => both(one => (name in one || (one.unchanged || []).includes(name)) && told({...form, risk_factors: [], last_visit: one}, name, now))
  const sections = ['income', 'expenses', 'guarantees', 'risk_factors', 'needs'].map(name => [labels.sections[name], ...section(name)])
  const when = both(({visited_at: moment}) => moment && `${day(moment)} ${hour(moment)}`)
  return [[SAYS.visited, ...when], [words.visit.informant, ...at('informant')], ...sections, [words.visit.note, ...at('note')]]
    .filter(([, ledger, phone]) => ledger !== phone)
}

/** versions(visit, form) → the card that shows both side by side. */
export function versions({kept, visit}, form) {
  const found = rows(kept, visit, form, new Date())
  return el('section.card', null, el('h2', null, SAYS.title), !found.length && el('p', null, SAYS.same),
    found.map(([what, ledger, phone]) => el('dl.versions', null, el('dt', null, what),
      el('dd', null, el('small', null, SAYS.ledger), ledger), el('dd', null, el('small', null, SAYS.phone), phone))))
}
