// 电话回访 while it is written, and in the server's terms. Pure.
import {stamp} from './days.js'
import {fen, yuan} from './money.js'
import {words} from './words.js'

/** The words of the form, by which a call is told, too. */
export const says = words.speak('heard', {
  title: name => `电话回访 ${name}`, who: '谁接的电话', whose: [['self', '本人'], ['family', '家里人']], name: '家里人的姓名（可不填）',
  how: '怎么说的', hows: [['unchanged', '和上次一样'], ['changed', '有变化'], ['declined', '不方便说']],
  help: '家里有没有困难', helps: [['no', '没有'], ['yes', '有，要上门看看']], note: '还说了什么（可不填）',
  phone: '新电话（没换就空着）', work_place: '在哪里', work: '做什么工作', months_away: '一年在外几个月', monthly_income: '每月收入（元）',
  nothing: '有变化的，请至少填一项。', unsaid: '请选他是怎么说的', unasked: '请问一句家里有没有困难', wrong: what => `${what}填得不对，请再看看。`, save: '保存',
})

/** begin(household, person, id, now) → a draft in which nothing is said yet. */
export function begin(household, person, id, now) {
  return {
    id, kind: `call/${person}`, household_id: household, person_id: person, started_at: stamp(now),
    answered_by: 'self', how: '', help: '', name: '', note: '', facts: {}, photos: [],
  }
}

/** fromCall(sent, household) → the draft of a call that came back to be mended; it was made when it was made. */
export function fromCall({id, person_id, called_at, answered_by, said_by = '', unchanged, declined, asks_help, facts: {monthly_income: income, ...facts}, note}, household) {
  return {
    ...begin(household, person_id, id, new Date(called_at)), called_at, answered_by, name: said_by, note,
    how: unchanged ? 'unchanged' : declined ? 'declined' : 'changed', help: asks_help ? 'yes' : 'no',
    facts: {...facts, ...Number.isInteger(income) && {monthly_income: yuan(income)}},
  }
}

/** wrong(draft) → [{field, message}]: what was not asked, what cannot be meant, and a change of which nothing is told. */
export function wrong({how, help, facts, note}) {
  const read = how === 'changed' ? given(facts) : {}
  return [
    !how && {field: 'how', message: says.unsaid},
    how === 'changed' && !Object.keys(read).length && !note.trim() && {field: 'facts', message: says.nothing},
    ...Object.keys(read).filter(name => read[name] === null).map(name => ({field: `facts.${name}`, message: says.wrong(words.member.fields[name])})),
    !help && how !== 'declined' && {field: 'help', message: says.unasked},
  ].filter(Boolean)
}

/** toCall(draft, now) → what POST /api/calls takes. */
export function toCall({id, person_id, called_at, answered_by, how, help, name, note, facts}, now) {
  return {
    id, person_id, called_at: called_at || now.toISOString(), answered_by,
    ...answered_by === 'family' && name.trim() && {said_by: name.trim()},
    unchanged: how === 'unchanged', declined: how === 'declined', asks_help: help === 'yes',
    facts: how === 'changed' ? given(facts) : {}, note: note.trim(),
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
