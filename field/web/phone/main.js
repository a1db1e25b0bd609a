// The phone form: which page stands on the screen, and what starts once it stands there.
import {el, fill} from './dom.js'
import {frame, tell} from './frame.js'
import {words} from './words.js'
import {standing} from './vault.js'

const PAGES = [
  [/^\/m\/?$/, () => import('./today.js')],
  [/^\/m\/login$/, () => import('./login.js')],
  [/^\/m\/households$/, () => import('./households.js')],
  [/^\/m\/households\/([\w-]+)$/, () => import('./household.js')],
  [/^\/m\/households\/([\w-]+)\/visit$/, () => import('./visit.js')],
  [/^\/m\/households\/([\w-]+)\/consent$/, () => import('./consent.js')],
  [/^\/m\/households\/([\w-]+)\/revisit$/, () => import('./revisit.js')],
  [/^\/m\/households\/([\w-]+)\/call\/([\w-]+)$/, () => import('./heard.js')],
  [/^\/m\/waiting$/, () => import('./waiting.js')],
  [/^\/m\/waiting\/([\w-]+)$/, () => import('./sent.js')],
  [/^\/m\/me$/, () => import('./me.js')],
]
const READ = /^\/m(\/|\/households\/[\w-]+)?$/ // pages that are only read: nothing is typed there
const spoken = document.cookie.includes('field_language=en') && import('./english.js').then(english => english.speak()).catch(() => null)
const scrolled = new Map()
let shown = location.pathname
let turn = 0
let leave = null
let drawing = null

if (localStorage.getItem('field:large')) document.documentElement.className = 'large'
addEventListener('popstate', () => render())
addEventListener('online', () => tell())
addEventListener('offline', () => tell())
addEventListener('field:go', ({detail}) => go(detail.path, detail.replace))
addEventListener('field:login', askAgain)
addEventListener('field:news', () => { if (READ.test(location.pathname) && !atTheDoor()) render() })
addEventListener('field:wiped', () => { if (!document.querySelector('.door') && !sessionStorage.getItem('field:ended')) location.replace('/m/login') })
document.addEventListener('click', follow)
history.scrollRestoration = 'manual'
// Older than docs/real-phone.md says: the page's own sentence stands, and at once.
if (Object.fromEntries) render()
else fill(document.getElementById('page'), el('p.fault', null, ...document.querySelector('.old').childNodes))

function render() {
  drawing = show()
  return drawing
}

async function show() {
  const mine = ++turn
  scrolled.set(shown, scrollY)
  const view = await drawn().catch(failed)
  if (mine !== turn) return view.leave && view.leave()
  if (leave) leave()
  leave = view.leave || null
  shown = location.pathname
  frame(view)
  fill(document.getElementById('page'), view.body)
  const asked = location.hash && document.getElementById(location.hash.slice(1))
  if (asked) asked.scrollIntoView()
  else scrollTo(0, scrolled.get(shown) || 0)
  tell()
  afterwards()
}

async function drawn() {
  const [pattern, load] = PAGES.find(([path]) => path.test(location.pathname)) || PAGES[0]
  await spoken
  const module = load()
  const here = await standing()
  const {show: page, open} = await module
  if (here === 'locked' || here === 'none' && !open) return (await import('./login.js')).show()
  return page(...(pattern.exec(location.pathname) || []).slice(1))
}

async function failed(error) {
  const {LoggedOut, Offline} = await import('./net.js')
  if (error instanceof LoggedOut) return (await import('./login.js')).show()
  const offline = error instanceof Offline
  if (!offline) console.error(error.name)
  return {
    title: words.app, back: '/m/',
    body: el('div.stack', null, el('p', null, offline ? words.failed.offline : words.failed.other),
      el('button.primary', {onclick: render}, words.retry)),
  }
}

function go(path, replace) {
  if (path !== location.pathname) history[replace ? 'replaceState' : 'pushState'](null, '', path)
  scrolled.delete(path)
  return render()
}

function follow(event) {
  const anchor = event.target.closest('a[href^="/m/"]')
  if (!anchor || event.defaultPrevented || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  go(anchor.getAttribute('href'))
}

async function askAgain({detail}) {
  if (detail && detail.code === 'account_ended') return (await import('./session.js')).end()
  const {again} = await import('./login.js')
  await drawing
  if (!atTheDoor() && await again()) (await import('./sender.js')).kick()
}

// Nothing of this is needed to read the first question, so it waits until that stands on the screen.
function afterwards() {
  const idle = self.requestIdleCallback || (work => setTimeout(work, 200))
  idle(async () => (await import('./after.js')).after())
}

function atTheDoor() {
  return Boolean(document.querySelector('form.login'))
}
