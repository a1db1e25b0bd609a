// 电话回访 in the server's terms. Pure.
import {fen} from './money.js'

/** toCall(said, person, id, now) → what POST /api/calls takes, or {wrong: field}: the field that cannot be right. */
export function toCall(said, person, id, now) {
  const facts = said.how === 'changed' ? given(said.facts) : {}
  const wrong = Object.keys(facts).find(name => facts[name] === null)
  if (wrong) return {wrong: `facts.${wrong}`}
  if (said.how === 'changed' && !Object.keys(facts).length && !said.note.trim()) return {wrong: 'facts'}
  return {
    id, person_id: person, called_at: new Date(now).toISOString(), answered_by: said.answered_by,
    ...(said.answered_by === 'family' && said.name.trim() ? {said_by: said.name.trim()} : {}),
    unchanged: said.how === 'unchanged', declined: said.how === 'declined', asks_help: said.help === 'yes',
    facts, note: said.note.trim(),
  }
}

// What was typed, in the server's terms; null where it cannot be meant.
function given(typed) {
  const read = {
    phone: text => /^\+?[\d\s-]{7,20}$/.test(text) ? text.replace(/[\s-]/g, '') : null,
    work: text => text, work_place: text => text,
    months_away: text => /^\d{1,2}$/.test(text) && Number(text) <= 12 ? Number(text) : null,
    monthly_income: text => { const value = fen(text); return Number.isInteger(value) ? value : null },
  }
  return Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, String(text).trim()])
    .filter(([, text]) => text).map(([name, text]) => [name, read[name](text)]))
}
