// 回访 while it is written, and in the server's terms. Pure.
import {daysSince, stamp} from './days.js'
import {amounts, evidence, guarantees, pictured, texts, where} from './draft.js'
import {labels} from './labels.js'
import {fen, yuan} from './money.js'
import {words} from './words.js'

/** The words of the form, by which a revisit is told, too. */
export const says = words.speak('revisit', {
  title: head => `回访 ${head}`, nth: ({nth}, when) => `消除风险后的第 ${nth} 次回访，最迟 ${when}`, unknown: '没有找到这一户，可能不在您负责的村。',
  measures: '帮扶措施还在不在', measured: [['kept', '都还在'], ['partly', '有的停了'], ['stopped', '都停了']], stopped: '哪项措施停了，为什么',
  all_secure: '六项都有保障', income: '人均纯收入（元，一年大约）', income_hint: '全家一年纯收入除以人口，问个大概就行',
  asked: '向谁核对过', who: [['neighbours', '邻居'], ['village_committee', '村委会'], ['department', '帮扶部门']], department: '哪个部门',
  relapse: '有没有返贫风险', risks: [['no', '没有'], ['yes', '有']], note: {yes: '出了什么情况（会转为线索）', no: '还有什么要记下的（可不填）'}, place: '位置',
})

const WHO = ['neighbours', 'village_committee', 'department']

/** due(form, queue, now) → how the next revisit stands on this phone: 'sent' (one waits here), 'open', 'later', or '' where there is none. */
export function due({id, revisit}, queue, now) {
  if (queue.some(({path, household, state}) => path === '/api/revisits' && household === id && state !== 'done')) return 'sent'
  if (!revisit) return ''
  return daysSince(noon(revisit.from_on), now) >= 0 ? 'open' : 'later'
}

/** noon('2026-11-23') → the moment of that day's noon in China. */
export function noon(date) {
  return `${date}T04:00:00Z`
}

/** begin(form, id, now) → a draft in which nothing is answered yet: a revisit asks, it does not confirm. */
export function begin(form, id, now) {
  return {
    id, kind: 'revisit', household_id: form.id, started_at: stamp(now), answers: {}, measures: '', stopped: '', guarantees: {}, income: '',
    expenses: texts({}, labels.expenses), asked: [], department: '', relapse: '', note: '', photos: [], location: null, location_reason: '',
  }
}

/** toRevisit(draft) → what POST /api/revisits takes; what was not answered is left out, what is no amount stays as typed. */
export function toRevisit(draft) {
  const {measures, stopped, asked, department, relapse} = draft
  const income = fen(draft.income)
  return {
    id: draft.id, household_id: draft.household_id, revisited_at: draft.started_at, ...where(draft),
    ...measures && {measures: measures === 'kept' ? {status: measures} : {status: measures, note: stopped.trim()}},
    guarantees: guarantees(draft.guarantees),
    ...income !== null && {income_per_head: income},
    expenses: amounts(draft.expenses, labels.expenses),
    ...asked.length > 0 && {checked_with: WHO.filter(who => asked.includes(who)).map(who => who === 'department' ? {who, department: department.trim()} : {who})},
    ...relapse && {relapse: relapse === 'yes'},
    note: draft.note.trim(),
    evidence: draft.photos.map(evidence),
  }
}

/** fromRevisit(sent, photos, form) → the draft of a revisit that came back to be mended. */
export function fromRevisit(sent, photos, form) {
  const asked = sent.checked_with || []
  return {
    ...begin(form, sent.id, new Date(sent.revisited_at)),
    measures: (sent.measures || {}).status || '', stopped: (sent.measures || {}).note || '',
    guarantees: {...sent.guarantees}, income: yuan(sent.income_per_head), expenses: texts(sent.expenses, labels.expenses),
    asked: asked.map(({who}) => who), department: (asked.find(({department}) => department) || {}).department || '',
    relapse: sent.relapse === undefined ? '' : sent.relapse ? 'yes' : 'no', note: sent.note,
    photos: sent.evidence.map(photo => pictured(photo, photos)),
    location: sent.location || null, location_reason: sent.location_reason || '',
  }
}
