// What the person takes out of a phone that cannot send: a file, or where files cannot be saved a text to copy or read out.
import {labels} from './labels.js'
import {money} from './money.js'
import {day, hour} from './days.js'
import {all, get} from './store.js'
import {exists} from './vault.js'

const PLAIN = '这个文件没有加密,里面有农户的个人情况,交给乡镇后请删除'

/** asFile() → Promise<Blob>: everything queued and drafted as plain JSON, photographs in base64. */
export async function asFile() {
  const waiting = (await all('visits')).filter(visit => visit.state !== 'done')
  const photos = await Promise.all((await all('photos')).map(async ({bytes, ...photo}) => ({...photo, base64: await base64(bytes)})))
  const content = {
    format: 'field-rescue/1', encrypted: false, notice: PLAIN,
    made_at: new Date().toISOString(), ...await exists(),
    visits: waiting, drafts: await all('drafts'), photos,
  }
  return new Blob([JSON.stringify(content, null, 1)], {type: 'application/json'})
}

/** asText(id) → Promise<string>: one visit to be copied or read out, with a check number in its last line. */
export async function asText(id) {
  const {visit} = await get('visits', id)
  const form = await get('households', visit.household_id) || {}
  const text = lines(visit, form).filter(Boolean).join('\n')
  return `${text}\n核对号 ${await checkNumber(text)}`
}

function lines(visit, form) {
  const {income, expenses, guarantees = {}, unchanged = [], members = [], evidence = []} = visit
  const troubles = Object.entries(guarantees).filter(([, {status}]) => status === 'problem')
  return [
    `走访 ${day(visit.visited_at)} ${hour(visit.visited_at)}`,
    `农户 ${[form.head, form.group, form.number || visit.household_id].filter(Boolean).join(' ')}`,
    `介绍人 ${visit.informant}`,
    line('无变化', unchanged.map(section => labels.sections[section])),
    line('收入', amounts(income, labels.income)),
    line('支出', amounts(expenses, labels.expenses)),
    line('有困难', troubles.map(([code, {note}]) => `${labels.guarantees[code]}:${note}`)),
    line('风险点', (visit.risk_factors || []).map(code => labels.risk_factors[code])),
    line('需要', (visit.needs || []).map(code => labels.needs[code])),
    line('成员变化', members.map(member => change(member, form.persons || []))),
    line('备注', visit.note ? [visit.note] : []),
    line('照片', evidence.length ? [`${evidence.length} 张`] : []),
  ]
}

function change({person_id, new: joined, left, ...facts}, persons) {
  const person = joined || persons.find(each => each.id === person_id) || {}
  const said = [joined && '新增', left && labels.left[left], ...Object.values(facts)]
  return [person.name, ...said].filter(each => each || each === 0).join(' ')
}

function amounts(values, names) {
  return Object.keys(names).filter(name => values && values[name]).map(name => `${names[name]} ${money(values[name])}`)
}

function line(name, parts) {
  return parts.length ? `${name} ${parts.join(';')}` : ''
}

async function checkNumber(text) {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return String(new DataView(hash).getUint32(0) % 1e6).padStart(6, '0').replace(/(...)(...)/, '$1 $2')
}

async function base64(bytes) {
  const url = await new Promise(done => {
    const reader = new FileReader()
    reader.onload = () => done(reader.result)
    reader.readAsDataURL(new Blob([bytes]))
  })
  return url.slice(url.indexOf(',') + 1)
}
