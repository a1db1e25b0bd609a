// What the person takes out of a phone that cannot send: a file, or where files cannot be saved a text to copy or read out.
import {words} from './words.js'
import {labels} from './labels.js'
import {money} from './money.js'
import {day, hour} from './days.js'
import {all, get} from './store.js'
import {exists} from './vault.js'

const SAYS = words.speak('rescue', {
  plain: '这个文件没有加密，里面有农户的个人情况，交给乡镇后请删除', check: '核对号', visit: '走访', household: '农户', informant: '介绍人', same: '无变化',
  trouble: '有困难', members: '成员变化', joined: '新增', note: '备注',
})

/** asFile() → Promise<Blob>: everything queued and drafted as plain JSON, photographs in base64. */
export async function asFile() {
  const waiting = (await all('visits')).filter(visit => visit.state !== 'done')
  const photos = await Promise.all((await all('photos')).map(async ({bytes, ...photo}) => ({...photo, base64: await base64(bytes)})))
  const content = {
    format: 'field-rescue/1', encrypted: false, notice: SAYS.plain,
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
  return `${text}\n${SAYS.check} ${await checkNumber(text)}`
}

function lines(visit, form) {
  const {income, expenses, guarantees = {}, unchanged = [], members = [], evidence = []} = visit
  const troubles = Object.entries(guarantees).filter(([, {status}]) => status === 'problem')
  return [
    `${SAYS.visit} ${day(visit.visited_at)} ${hour(visit.visited_at)}`,
    `${SAYS.household} ${[form.head, form.group, form.number || visit.household_id].filter(Boolean).join(' ')}`,
    `${SAYS.informant} ${words.word(visit.informant)}`,
    line(SAYS.same, unchanged.map(section => labels.sections[section])),
    line(labels.sections.income, amounts(income, labels.income)),
    line(labels.sections.expenses, amounts(expenses, labels.expenses)),
    line(SAYS.trouble, troubles.map(([code, {note}]) => `${labels.guarantees[code]}：${note}`)),
    line(labels.sections.risk_factors, (visit.risk_factors || []).map(code => labels.risk_factors[code])),
    line(labels.sections.needs, (visit.needs || []).map(code => labels.needs[code])),
    line(SAYS.members, members.map(member => change(member, form.persons || []))),
    line(SAYS.note, visit.note ? [visit.note] : []),
    line(labels.sections.photos, evidence.length ? [words.photos.count(evidence.length)] : []),
  ]
}

function change({person_id, new: joined, left, ...facts}, persons) {
  const person = joined || persons.find(each => each.id === person_id) || {}
  const said = [joined && SAYS.joined, left && labels.left[left], ...Object.values(facts).map(words.word)]
  return [person.name, ...said].filter(each => each || each === 0).join(' ')
}

function amounts(values, names) {
  return Object.keys(names).filter(name => values && values[name]).map(name => `${names[name]} ${money(values[name])}`)
}

function line(name, parts) {
  return parts.length ? `${name} ${parts.join('；')}` : ''
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
