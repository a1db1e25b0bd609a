// 务工地: province, city, county, chosen from the national codes; the list is fetched when it is first asked for.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {get, put} from './store.js'
import {choice, field} from './field.js'
import {locked} from './vault.js'

let loading = null

/** placeField(path, title, code, name, set) → the place as a button, and as three lists once it is tapped. */
export function placeField(path, title, code, name, set) {
  const holder = el('div.places')
  const button = el('button.plain', {onclick: () => open()}, name && code ? words.places.other(name) : words.places.choose)
  const open = async () => {
    fill(button, words.places.loading)
    try {
      lists(holder, await places(), code, set)
    } catch {
      fill(button, words.places.failed)
    }
  }
  holder.append(button)
  if (code && !name) open()
  return field(path, title, holder)
}

/** placeName(code) → Promise: '广东省深圳市宝安区'. */
export async function placeName(code) {
  return pick(await places(), code).map(([, name]) => name).join('') || code
}

// The chosen [code, name, children?] of each level, as far as the code goes.
function pick(places, code) {
  const province = places.find(([start]) => code.startsWith(start))
  const city = province && province[2].find(([start]) => code.startsWith(start))
  const county = city && city[2].find(([whole]) => code.startsWith(whole))
  return [province, city, county].filter(Boolean)
}

function lists(holder, all, code, set) {
  const chosen = pick(all, code || '')
  const levels = [all, ...chosen.map(place => place[2]).filter(Boolean)]
  const selects = levels.map((places, level) => choice(places, (chosen[level] || [])[0], value => {
    const whole = value || (chosen[level - 1] || [''])[0]
    set(whole)
    lists(holder, all, whole, set)
  }, words.places.levels[level]))
  selects.forEach((select, level) => select.setAttribute('aria-label', words.places.levels[level]))
  fill(holder, selects)
}

async function places() {
  loading = loading || fetched().catch(error => { loading = null; throw error })
  return loading
}

// Kept after the first use, so that the next choice needs no network.
async function fetched() {
  const kept = !locked() && await get('settings', 'places')
  if (kept) return kept
  const answer = await fetch('/m/places.json')
  if (!answer.ok) throw new Error('places ' + answer.status)
  const {places} = await answer.json()
  if (!locked()) await put('settings', 'places', places)
  return places
}
