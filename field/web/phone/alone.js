// One tab at a time: by Web Locks, or on browsers without them by a lease in the database.
import {run} from './idb.js'

// In ms; renewed while the work goes on, so a killed tab blocks the others no longer than this.
const LEASE = 20000
const tab = Math.random().toString(36).slice(2)
const chains = {}

/** alone(name, work) → Promise of what work() answers, run when no other tab runs work of that name. */
export function alone(name, work) {
  if (navigator.locks) return navigator.locks.request(`field-${name}`, work)
  const turn = (chains[name] || Promise.resolve()).then(() => leased(name, work))
  chains[name] = turn.catch(() => null)
  return turn
}

async function leased(name, work) {
  while (!await claim(name, LEASE)) await new Promise(done => setTimeout(done, 500))
  const renewing = setInterval(() => claim(name, LEASE), LEASE / 4)
  try {
    return await work()
  } finally {
    clearInterval(renewing)
    await claim(name, 0)
  }
}

async function claim(name, length) {
  let mine = false
  await run('plain', 'readwrite', at => {
    const table = at('plain'), now = Date.now()
    table.get(`lease ${name}`).onsuccess = ({target: {result: held}}) => {
      mine = !held || held.tab === tab || held.until < now
      if (mine) table.put({tab, until: now + length}, `lease ${name}`)
    }
  })
  return mine
}
