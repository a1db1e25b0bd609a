// 草稿: kept on the phone at every keystroke, at most half a second late; of one household, in one tab.
import {locked} from './vault.js'

const PAUSE = 400 // ms
const held = {} // name → end(), of what this tab writes
let wanted = null // what is to be taken over from another tab

/** keptFor(household, kind?) → Promise<draft | undefined>: the visit, 'consent' or 'revisit' that was begun there; none while locked. */
export async function keptFor(household, kind) {
  if (locked()) return undefined
  const {all} = await import('./store.js')
  return (await all('drafts')).find(draft => draft.household_id === household && draft.kind === kind)
}

/** keeper(draft, said) → {touch(), flush() → Promise, stop()}; said(Date) after each time that it was kept. */
export function keeper(draft, said) {
  let timer = null
  const flush = async () => {
    clearTimeout(timer)
    if (timer === null || locked()) return
    timer = null
    await (await import('./store.js')).put('drafts', draft.id, draft)
    said(new Date())
  }
  const hidden = () => { if (document.visibilityState === 'hidden') flush() }
  document.addEventListener('visibilitychange', hidden)
  addEventListener('pagehide', flush)
  return {
    flush,
    touch() { clearTimeout(timer); timer = setTimeout(flush, PAUSE) },
    stop() {
      clearTimeout(timer)
      timer = null
      document.removeEventListener('visibilitychange', hidden)
      removeEventListener('pagehide', flush)
    },
  }
}

/** inTurn(kind, household, page) → what page() shows; while another tab writes there, a question whether to go on here. */
export async function inTurn(kind, household, page) {
  const name = `${kind}-${household}`, back = `/m/households/${household}`
  const steal = wanted === name
  wanted = null
  let view = null
  const taken = () => {
    if (locked()) return // nothing could be kept yet, so what was typed stays here
    if (view && view.leave) view.leave()
    go(back)
  }
  const end = await turn(name, steal, taken)
  if (!end) return (await import('./elsewhere.js')).elsewhere(back, () => { wanted = name; go(location.pathname) })
  if (steal) await new Promise(done => setTimeout(done, 2 * PAUSE)) // until the other one has kept what was typed
  view = await page().catch(error => { end(); throw error })
  const {leave} = view
  return {...view, leave() { if (leave) leave(); end() }}
}

function go(path) {
  dispatchEvent(new CustomEvent('field:go', {detail: {path, replace: true}}))
}

// This tab alone writes until end(); null while another one does. Without Web Locks every tab may, as before.
async function turn(name, steal, taken) {
  if (!navigator.locks) return () => null
  if (held[name]) await held[name]()
  return new Promise(given => {
    const over = navigator.locks.request(`field-${name}`, steal ? {steal} : {ifAvailable: true}, lock => lock && new Promise(done => {
      const end = held[name] = () => { if (held[name] === end) delete held[name]; done(); return over }
      given(end)
    })).then(() => given(null), () => { delete held[name]; taken() })
  })
}
