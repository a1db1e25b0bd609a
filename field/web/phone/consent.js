// 签承诺书: every adult signs with a finger, on paper, or by fingerprint; without network like the visit.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {chips} from './field.js'
import {day} from './days.js'
import {mended, show as faults} from './faults.js'
import {inTurn, keptFor} from './keep.js'
import {named} from './last.js'
import {pad, picture} from './pad.js'
import {tiles} from './photos.js'
import {enqueue, list} from './sender.js'
import {adults, begin, drawnBy, onPaper, pathOf, ready, says, signed, toConsents, wrong} from './signing.js'
import {del, put} from './store.js'
import {household} from './sync.js'
import {uuid7} from './uuid7.js'
import {once, writing} from './writing.js'

const SAYS = words.speak('consent', {
  title: head => `签承诺书 ${head}`, none: '这一户现在没有要签的承诺书。', version: text => `版本 ${text}`, stays: '', unread: '承诺书还没有取到，请在有网络时再打开。',
  hows: [['drawn', '手机上签'], ['signed', '纸上签'], ['fingerprint', '按手印']],
  here: '，等待上传',
  signed: '请在纸质承诺书上签名，签好后在下面拍照。', fingerprint: '不会写字的，由别人代写姓名，本人按手印，按好后在下面拍照。',
  writer: '由谁代写（姓名）', paper: '签好的承诺书', legible: '整张纸拍进来，字要看得清。', later: '不在家的人可以改天再签。', count: (n, all) => `已签 ${n}/${all}`,
})

/** show(household) → the page. */
export const show = id => inTurn('consent', id, () => draw(id))

async function draw(id) {
  const form = await household(id)
  const text = await newest()
  if (!form || !form.case || !text) return {title: SAYS.title(form ? form.head : ''), back: `/m/households/${id}`, body: el('p', null, text ? SAYS.none : SAYS.unread)}
  const before = signed(form, await list())
  const all = adults(form, new Date())
  const open = all.filter(person => !before.has(person.id))
  const kept = await stillWanted(await keptFor(id, 'consent'), form, open)
  const page = writing(form, kept || begin(form, uuid7(), new Date()), Boolean(kept))
  const paper = el('section.card', null, el('h2', null, SAYS.paper),
    el('div.body', null, el('div', {'data-field': 'paper'}, el('p.hint', null, SAYS.legible)), tiles(page, ['consent'], [])))
  const count = el('strong.figures')
  const look = () => {
    paper.hidden = !onPaper(page.draft, open)
    fill(count, SAYS.count(all.length - open.length + open.filter(person => ready(page.draft.people[person.id])).length, all.length))
  }
  const changed = page.changed
  page.changed = () => { changed(); look(); mended(page.faults, wrong(page.draft, open)) }
  look()
  return {
    title: SAYS.title(form.head), back: `/m/households/${id}`, leave: page.leave,
    body: [page.faults, pledge(text), all.map(person => before.has(person.id) ? done(person, before.get(person.id)) : asked(page, person)), paper, el('p.hint', null, SAYS.later)],
    bar: [el('p.progress', null, count, page.kept), open.length > 0 && once(words.visit.save, () => save(page, open, text.version))].filter(Boolean),
  }
}

// What was begun for a case that is over, or that everybody has signed since, is let go.
async function stillWanted(draft, form, open) {
  if (!draft || draft.case_id === form.case.id && open.length) return draft
  await del('drafts', draft.id)
  return null
}

async function newest() {
  const texts = await fetch('/m/consents.json').then(answer => answer.ok ? answer.json() : []).catch(() => [])
  return texts[texts.length - 1]
}

function pledge({title, version, paragraphs}) {
  return el('section.card', null, el('h2', null, title, el('small', null, SAYS.version(version))), SAYS.stays && el('p.hint', null, SAYS.stays),
    el('div', {lang: 'zh-CN'}, paragraphs.map(text => el('p', null, text))))
}

function done(person, {how, signed_at, here}) {
  return el('section.card.done', null, el('h2', null, named(person, new Date()), el('small.state', null, '✓')),
    el('p.quiet', null, `${day(signed_at)} ${says.told[how]}${here ? SAYS.here : ''}`))
}

function asked(page, person) {
  const said = () => page.draft.people[person.id] || {}
  const body = el('div.body')
  const set = value => { page.draft.people[person.id] = {...said(), ...value}; page.changed() }
  const look = () => fill(body, ways[said().how] && ways[said().how](page, person, said(), set))
  const card = el('section.card', {'data-field': `people.${person.id}`, 'data-of': person.name}, el('h2', null, named(person, new Date())),
    chips(SAYS.hows, () => said().how, how => {
      if (how === said().how) delete page.draft.people[person.id]
      else page.draft.people[person.id] = {...said(), how, strokes: said().strokes || []}
      page.changed()
      look()
    }), body)
  look()
  return card
}

const ways = {
  drawn: (page, person, said) => pad(person.name, said, () => { page.draft.people[person.id] = said; page.changed() }),
  signed: () => el('p.hint', null, SAYS.signed),
  fingerprint: (page, person, said, set) => {
    const input = el('input', {maxlength: 60, autocomplete: 'off', value: said.writer || '', oninput: () => set({writer: input.value})})
    return [el('p.hint', null, SAYS.fingerprint), el('label.field', null, SAYS.writer, input)]
  },
}

async function save(page, open, version) {
  const {draft, form} = page
  const found = wrong(draft, open)
  faults(page.faults, found)
  if (found.length) return
  const {digest} = await import('./photo.js')
  const drawn = await Promise.all(drawnBy(draft, open).map(async id => {
    const bytes = await picture(draft.people[id].strokes)
    return {person: id, id: uuid7(), kind: 'signature', bytes, sha256: await digest(bytes)}
  }))
  const body = toConsents(draft, open, version, Object.fromEntries(drawn.map(({person, sha256}) => [person, sha256])), new Date())
  const [papers, spare] = onPaper(draft, open) ? [draft.photos, []] : [[], draft.photos] // a paper that nobody signed in the end
  page.keep.stop()
  await enqueue(body, [...drawn.map(({id, kind, bytes, sha256}) => ({id, kind, bytes, sha256})), ...papers.map(({id, sha256, kind}) => ({id, sha256, kind}))], draft.id, {path: pathOf(form.case.id), household: form.id})
  await Promise.all(spare.map(({id}) => del('photos', id)))
  await remember(form, body)
  dispatchEvent(new CustomEvent('field:go', {detail: {path: `/m/waiting/${draft.id}`, replace: true}}))
}

// Until the village is fetched again the phone itself knows who has signed.
async function remember(form, {signed_at, consents}) {
  const given = consents.map(({person_id, how}) => ({person_id, how, signed_at}))
  await put('households', form.id, {...form, case: {...form.case, consents: [...form.case.consents, ...given]}})
}
