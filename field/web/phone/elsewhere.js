// 在别的页面里: another tab is writing there; whoever goes on here takes along what was typed.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {brought, tabs, turn, writer} from './keep.js'
import {choose} from './sheet.js'
import {put} from './store.js'
import {locked} from './vault.js'
import {once} from './writing.js'

const PATIENCE = 6000 // ms in which a page that is awake has kept or handed over what was typed
const SAYS = words.speak('elsewhere', {
  title: '正在填写', why: '这一户正在另一个页面里填。在这里接着填，那边填好的会带过来。', here: '在这里接着填', waiting: '正在等那个页面存好…',
  silent: '那个页面没有回应，可能被手机停住了。请先打开那个页面看一看，再回这里点“在这里接着填”。也可以不等，但那边没存上的内容带不过来。', anyway: '不等了，在这里填',
  lost: '这一户已经在另一个页面里接着填了。这里没存上的内容没有带过去，请照着填到那边，再关掉这一页。',
})

/** elsewhere(name, back) → the page that asks whether to go on here. */
export function elsewhere(name, back) {
  const said = el('p', {role: 'status'}, SAYS.why)
  const here = once(SAYS.here, async () => {
    fill(said, SAYS.waiting)
    const end = await asked(name)
    if (end) return said.isConnected ? go(location.pathname) : end()
    fill(said, SAYS.silent)
    anyway.hidden = false
  })
  const anyway = el('button.plain', {hidden: true, onclick: async () => {
    await turn(name, {steal: true}, () => null)
    go(location.pathname)
  }}, SAYS.anyway)
  return {title: SAYS.title, back, body: el('div.stack', null, said, here, anyway)}
}

/** handOver({wants, at}): this tab keeps what was typed, hands over what it cannot keep, and leaves the form. */
export async function handOver({wants, at}) {
  if (Date.now() - at > PATIENCE) return // asked while this tab was stopped: the other one has gone on without it
  const keep = writer
  if (keep) await keep.flush()
  if (keep && keep.unkept()) await given(wants, keep.draft)
  if (keep) silence(keep)
  go(`/m/households/${home(wants)}`)
}

/** lost(back): another tab went on without waiting for this one, so nothing may be kept from here any more. */
export async function lost(back) {
  const keep = writer
  const unkept = keep && keep.unkept()
  if (keep) silence(keep)
  if (!unkept) return go(back)
  document.getElementById('foot').hidden = true
  await choose(SAYS.title, SAYS.lost, [[words.understood, true, 'primary']])
}

// end() once this tab's turn has come, or null; what the other one could not keep came along before.
async function asked(name) {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(), PATIENCE)
  const heard = async ({data}) => {
    if (data.gives !== name) return
    brought[home(name)] = data.draft
    if (!locked()) await put('drafts', data.draft.id, data.draft)
    tabs.postMessage({got: name})
  }
  tabs.addEventListener('message', heard)
  const coming = turn(name, {signal: late.signal}, () => null)
  tabs.postMessage({wants: name, at: Date.now()})
  const end = await coming
  clearTimeout(timer)
  tabs.removeEventListener('message', heard)
  return end
}

function given(name, draft) {
  return new Promise(done => {
    const heard = ({data}) => {
      if (data.got !== name) return
      tabs.removeEventListener('message', heard)
      done()
    }
    tabs.addEventListener('message', heard)
    tabs.postMessage({gives: name, draft})
  })
}

// What ends later (a photograph being shrunk, a password being typed) must not keep an older text over the newer one.
function silence(keep) {
  keep.stop()
  Object.assign(keep, {touch() {}, flush() {}})
  document.querySelectorAll('dialog').forEach(dialog => dialog.dispatchEvent(new Event('cancel')))
}

function home(name) {
  return name.slice(name.indexOf('-') + 1)
}

function go(path) {
  dispatchEvent(new CustomEvent('field:go', {detail: {path, replace: true}}))
}
