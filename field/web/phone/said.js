// 农户自己的话: what the household said itself and nobody has looked into yet.
import {el} from './dom.js'
import {words} from './words.js'
import {labels} from './labels.js'
import {day} from './days.js'
import {money} from './money.js'

/** said(form) → a card for each word of the household, its declarations first. */
export function said({said = []}) {
  return said.map(one => el('section.card.said', null,
    el('h2', null, words.word(one.source_name), el('small', null, [day(one.at), words.word(one.channel_name)].join(' · '))),
    el('p', null, one.risk_factors.map(code => el('span.tag', null, labels.risk_factors[code]))),
    one.words && el('p', null, words.said.words(one.words)),
    about(one).map(line => el('p.quiet', null, line))))
}

function about({since, amount, amount_max}) {
  return [since && words.said.since(since.split('-').map(Number)), amount && words.said.amount(money(amount), amount_max && money(amount_max))].filter(Boolean)
}
