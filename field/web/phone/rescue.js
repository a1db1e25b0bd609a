// What the person takes out of a phone that cannot send: a file, or where files cannot be saved a text to copy or read out.
import {words} from './words.js'
import {labels} from './labels.js'
import {kindOf, places, telling} from './telling.js'
import {all, get} from './store.js'
import {exists} from './vault.js'

const SAYS = words.speak('rescue', {
  plain: '这个文件没有加密，里面有农户的个人情况，交给乡镇后请删除', check: '核对号', household: '农户', visit: '走访',
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

/** asText(id) → Promise<string>: one record to be copied or read out, with a check number in its last line. */
export async function asText(id) {
  const {visit, household, path} = await get('visits', id)
  const form = await get('households', household) || {}
  const {evidence = []} = visit
  const said = telling(kindOf(path), visit, {...form, places: await places([visit])}, new Date())
  const text = [
    words.waiting.whats[kindOf(path)] || SAYS.visit,
    `${SAYS.household} ${[form.head, form.group, form.number || household].filter(Boolean).join(' ')}`,
    ...said.filter(([, told]) => told).map(([what, told]) => `${what} ${told}`),
    ...evidence.length ? [`${labels.sections.photos} ${words.photos.count(evidence.length)}`] : [],
  ].join('\n')
  return `${text}\n${SAYS.check} ${await checkNumber(text)}`
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
