// 电话回访: what was heard on the telephone, in a minute; queued like a visit, without a place.
import {el, fill} from './dom.js'
import {words} from './words.js'
import {chips, field, told, yuanInput} from './field.js'
import {toCall} from './to_call.js'
import {people} from './draft.js'
import {placeField} from './places.js'
import {household} from './sync.js'
import {enqueueCall} from './sender.js'
import {unlock} from './login.js'
import {locked} from './vault.js'
import {uuid7} from './uuid7.js'

const SAYS = words.speak('heard', {
  who: '谁接的电话', whose: [['self', '本人'], ['family', '家里人']], name: '家里人的姓名（可不填）',
  how: '怎么说的', hows: [['unchanged', '和上次一样'], ['changed', '有变化'], ['declined', '不方便说']],
  help: '家里有没有困难', helps: [['no', '没有'], ['yes', '有，要上门看看']], note: '还说了什么（可不填）',
  phone: '新电话（没换就空着）', work_place: '在哪里', work: '做什么工作', months_away: '一年在外几个月', monthly_income: '每月收入（元）',
  nothing: '有变化的，请至少填一项。', wrong: '这里填得不对，请再看看。', save: '保存',
})
const TYPED = {phone: {type: 'tel'}, work: {maxlength: 60}, months_away: {inputmode: 'numeric'}}

/** show(household, person) → the page. */
export async function show(id, personId) {
  const form = await household(id)
  const person = people(form).find(each => each.id === personId)
  const said = {answered_by: 'self', how: 'unchanged', help: 'no', name: '', note: '', facts: {}}
  const changes = el('section.card', {hidden: true})
  const relative = asked('said_by', SAYS.name, {maxlength: 60}, value => { said.name = value })
  relative.hidden = true
  fill(changes, ['phone', 'work', 'months_away'].map(name => asked(`facts.${name}`, SAYS[name], TYPED[name], value => { said.facts[name] = value })),
    placeField('facts.work_place', SAYS.work_place, '', '', value => { said.facts.work_place = value }),
    field('facts.monthly_income', SAYS.monthly_income, yuanInput('', value => { said.facts.monthly_income = value })))
  const faults = el('p.fault', {role: 'alert'})
  return {
    title: words.call.title(person ? person.name : ''), back: `/m/households/${id}`,
    body: [
      faults,
      choice(SAYS.who, SAYS.whose, () => said.answered_by, code => { said.answered_by = code; relative.hidden = code !== 'family' }), relative,
      choice(SAYS.how, SAYS.hows, () => said.how, code => { said.how = code; changes.hidden = code !== 'changed' }), changes,
      choice(SAYS.help, SAYS.helps, () => said.help, code => { said.help = code }),
      asked('note', SAYS.note, {maxlength: 500}, value => { said.note = value }),
    ],
    bar: [el('button.primary', {onclick: () => save(said, personId, id, faults)}, SAYS.save)],
  }
}

async function save(said, person, home, faults) {
  const call = toCall(said, person, uuid7(), Date.now())
  document.querySelectorAll('.wrong').forEach(element => told(element, ''))
  fill(faults, call.wrong === 'facts' ? SAYS.nothing : '')
  const at = call.wrong && document.querySelector(`[data-field="${call.wrong}"]`)
  if (at) told(at, SAYS.wrong)
  if (call.wrong || locked() && !await unlock()) return
  await enqueueCall(call, home)
  dispatchEvent(new CustomEvent('field:go', {detail: {path: `/m/waiting/${call.id}`, replace: true}}))
}

function choice(title, options, chosen, choose) {
  return el('section.card', null, el('h2', null, title), chips(options, chosen, choose))
}

function asked(path, title, attributes, set) {
  const input = el('input', {autocomplete: 'off', ...attributes, oninput: () => set(input.value)})
  return field(path, title, input)
}
