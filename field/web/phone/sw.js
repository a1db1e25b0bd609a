// The shell without network. The server puts one line before this file:
// self.FIELD = {"version": "…", "shell": ["/m/", "/m/main.js", …]}; where "/m/" answers every page of the form.
const {version, shell} = self.FIELD || {version: 'none', shell: ['/m/']}
const CACHE = `field-${version}`

self.addEventListener('install', event => event.waitUntil(fill()))
self.addEventListener('activate', event => event.waitUntil(takeOver()))
self.addEventListener('message', event => { if (event.data === 'update') event.waitUntil(update()) })
self.addEventListener('sync', event => event.waitUntil(wake()))
self.addEventListener('fetch', event => {
  const {request} = event, {origin, pathname} = new URL(request.url)
  if (request.method !== 'GET' || origin !== self.location.origin || !pathname.startsWith('/m/')) return
  event.respondWith(answer(request))
})

async function fill() {
  const cache = await caches.open(CACHE)
  // Asks again, does not load again.
  await cache.addAll(shell.map(path => new Request(path, {cache: 'no-cache'})))
}

async function takeOver() {
  const old = (await caches.keys()).filter(name => name.startsWith('field-') && name !== CACHE)
  await Promise.all(old.map(name => caches.delete(name)))
  await self.clients.claim()
}

// A new version waits until the page says that no form is open, and that page is the only one.
async function update() {
  const pages = await self.clients.matchAll({type: 'window', includeUncontrolled: true})
  if (pages.length <= 1) await self.skipWaiting()
}

async function wake() {
  const pages = await self.clients.matchAll({type: 'window'})
  pages.forEach(page => page.postMessage('kick'))
}

async function answer(request) {
  const cache = await caches.open(CACHE)
  const kept = await cache.match(request.mode === 'navigate' ? '/m/' : request)
  return kept || fetch(request)
}
