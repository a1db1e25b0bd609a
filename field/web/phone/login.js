// 登录: one form for logging in, for opening what lies on this phone, and for a login that ran out.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {Offline} from './net.js'
import {choose, sheet} from './sheet.js'
import * as session from './session.js'
import {owner} from './vault.js'

/** show() → the page that stands in front of everything until somebody is known. */
export async function show() {
  const here = await owner()
  const me = here ? null : await session.who()
  const name = here || me && me.username
  return {
    title: here ? words.login.open : words.login.title, alone: true,
    body: el('div.door', null,
      el('p.brand', null, words.app, el('small', null, words.purpose)),
      session.ended() && el('p.fault', null, words.refused.ended()),
      form(name || '', words.login[here ? 'why_open' : me ? 'why_new' : 'why'], here ? words.login.open : words.login.title, session.enter, arrive),
      another(here)),
  }
}

/** unlock() → Promise<true | undefined>: asks for the password once, over a page that is being filled in. */
export async function unlock() {
  const name = await owner() || ((await session.who()) || {}).username || ''
  return sheet(words.login.keep, close => [form(name, words.login.why_keep, words.next, session.enter, () => close(true)), later(close)])
}

/** again() → Promise<true | undefined>: the login ran out; nothing on the page is lost. Not asked where it is being renewed. */
export async function again() {
  const back = await session.renewed()
  if (back !== false) return back
  const name = await owner() || ''
  return sheet(words.login.again, close => [form(name, words.login.why_again, words.login.title, session.again, () => close(true)), later(close)])
}

function later(close) {
  return el('button.quiet', {onclick: () => close()}, words.later)
}

function arrive() {
  if (location.pathname === '/m/login') history.replaceState(null, '', '/m/')
  dispatchEvent(new Event('popstate'))
}

function form(name, why, word, enter, done) {
  const username = field(words.login.username, {name: 'username', value: name, readonly: Boolean(name), autocapitalize: 'off', autocomplete: 'username', required: true})
  const password = field(words.login.password, {name: 'password', type: 'password', autocomplete: 'current-password', required: true, autofocus: Boolean(name)})
  const old = field(words.login.old, {name: 'old', type: 'password', autocomplete: 'off'})
  const forgotten = el('button.quiet', {onclick: () => startAnew(said)}, words.login.forgotten)
  old.hidden = forgotten.hidden = true
  const said = el('p.fault', {role: 'alert'})
  const button = el('button.primary', {type: 'submit'}, word)
  const value = of => of.querySelector('input').value
  const submit = async event => {
    event.preventDefault()
    button.disabled = true
    fill(button, words.login.opening)
    fill(said)
    try {
      await enter(value(username).trim(), value(password), value(old))
      done()
    } catch (error) {
      if (error.why === 'old') old.hidden = forgotten.hidden = false
      fill(said, reason(error))
    } finally {
      button.disabled = false
      fill(button, word)
    }
  }
  return el('form.login', {onsubmit: submit}, el('p', null, why), username, password, old, said, button, forgotten)
}

// Another person at this phone: the name may be typed anew; what the first one has not sent stays in the way.
function another(here) {
  const button = el('button.quiet', {onclick: () => {
    const input = document.querySelector('.door [name=username]')
    input.readOnly = false
    input.value = ''
    input.focus()
    button.remove()
  }}, words.login.another)
  return here && button
}

async function startAnew(said) {
  const sure = await choose(words.login.forgotten, words.login.anew(await session.unsent()),
    [[words.login.try_again, false, 'primary'], [words.login.erase, true, 'quiet']])
  if (!sure) return
  await session.erase()
  fill(said, words.login.erased)
}

function reason(error) {
  if (error instanceof session.Refused) return words.refused[error.why](error.detail)
  return error instanceof Offline ? words.refused.offline : words.refused.broken
}

function field(label, attributes) {
  return el('label.field', null, label, el('input', attributes))
}
